"""Runs one command and says what it cost."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(command: list, **more) -> dict:
    """Runs `command`; returns wall and CPU seconds, peak memory in MiB, what it printed, and `more`."""
    os.sync()
    timed = ["/usr/bin/time", "-f", "%e %U %S %M", *map(str, command)]
    done = subprocess.run(timed, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command} failed ({done.returncode}):\n{done.stdout}\n{done.stderr}")
    wall, user, system, peak = map(float, done.stderr.strip().splitlines()[-1].split())
    return {**more, "wall_s": wall, "cpu_s": user + system, "rss_mib": peak / 1024, "printed": done.stdout.strip()}


def engine(given: str | None) -> Path:
    """Our bench binary: the given one, or the one that is built here."""
    if given:
        return Path(given).resolve()
    root = Path(__file__).resolve().parents[2]
    build = ["cargo", "bench", "--locked", "--bench", "peers", "--no-run"]
    said = subprocess.run(build, cwd=root, capture_output=True, text=True, check=True).stderr
    built = re.findall(r"\(([^)]*peers-[0-9a-f]+)\)", said)
    path = Path(built[-1])
    return path if path.is_absolute() else root / path


def save(path: Path, results: list) -> None:
    """Appends results, one JSON object a line."""
    with path.open("a", encoding="utf-8") as file:
        for result in results:
            file.write(json.dumps(result) + "\n")
