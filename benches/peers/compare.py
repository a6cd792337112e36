#!/usr/bin/env python3
"""Our engine beside restic, rustic and borg on the same bytes, alternating on one machine.

Each round makes the corpus anew for each engine in turn and runs it through the same steps: a backup, one with 1 % of
the records changed, one unchanged, a comparison, a full export, and two checks. Printed are the medians and our ratio
to the best peer of each row; all single measurements are appended to a file as JSON lines.

Wants: the corpus generator (--corpus), the script that runs a peer through the same steps (--run-peer), the peers
themselves, GNU time. `--daily N` measures N daily snapshots of 1 % each instead.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
from pathlib import Path

from measure import engine, measure, save, size

STEPS = ["backup", "backup_1pct", "backup_unchanged", "diff", "restore", "check", "check_data"]
OURS = "boardvault"


def ours(binary: Path, corpus: str, shape: list, work: Path) -> list:
    """One pass of our engine."""
    source, vault, out = work / "source", work / "vault", work / "out"
    clear(work)
    subprocess.run([corpus, "make", source, *shape], check=True, stdout=subprocess.DEVNULL)
    results = []

    def step(name: str, *command) -> None:
        results.append(measure([binary, *command], peer=OURS, op=name))
        results[-1]["repo_bytes"] = size(vault)

    step("backup", "backup", vault, source)
    subprocess.run([corpus, "change", source, *shape], check=True, stdout=subprocess.DEVNULL)
    step("backup_1pct", "backup", vault, source)
    step("backup_unchanged", "backup", vault, source)
    step("diff", "diff", vault)
    step("restore", "export", vault, out, shape[0])
    step("check", "verify", vault)
    step("check_data", "verify-data", vault)
    clear(work)
    return results


def peer(name: str, script: str, corpus: str, shape: list, work: Path) -> list:
    """One pass of a peer, through the script that knows its commands."""
    clear(work)
    lines = work / "results.jsonl"
    environment = {**os.environ, "CORPUS": corpus, "WORKDIR": str(work / "peer")}
    subprocess.run([script, name, *shape, lines], check=True, env=environment, stdout=subprocess.DEVNULL)
    results = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    clear(work)
    return results


def clear(work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)


def table(results: list, engines: list) -> str:
    """Medians of each step, and our ratio to the best peer."""

    def median(name: str, op: str, value) -> float:
        return statistics.median(value(one) for one in results if (one["peer"], one["op"]) == (name, op))

    rows = []

    def row(label: str, values: list, digits: int) -> None:
        ratio = values[0] / min(values[1:]) if len(values) > 1 and min(values[1:]) > 0 else float("nan")
        cells = [f"{value:,.{digits}f}" for value in values]
        rows.append(f"| {label} | {' | '.join(cells)} | {ratio:.3f} |")

    for op in STEPS:
        row(f"{op}, wall s", [median(name, op, lambda one: one["wall_s"]) for name in engines], 2)
        row(f"{op}, CPU s", [median(name, op, lambda one: one["cpu_s"]) for name in engines], 2)
    for op in ["backup", "check_data"]:
        row(f"{op}, peak MiB", [median(name, op, lambda one: one["rss_mib"]) for name in engines], 0)
    first = [median(name, "backup", lambda one: one["repo_bytes"]) for name in engines]
    second = [median(name, "backup_1pct", lambda one: one["repo_bytes"]) for name in engines]
    row("repository after the first backup, MB", [value / 1e6 for value in first], 1)
    row("new bytes of 1 % changed, MB", [(b - a) / 1e6 for a, b in zip(first, second)], 2)
    head = f"| | {' | '.join(engines)} | ratio to the best peer |\n|{' --- |' * (len(engines) + 2)}\n"
    return head + "\n".join(rows)


def edit_a_day(source: Path, day: int) -> None:
    """Changes state and time of 1 % of the records, in all boards."""
    draw = random.Random(day)
    for board in sorted((source / "records").iterdir()):
        lines = board.read_text(encoding="utf-8").split("\n")
        for at, line in enumerate(lines):
            if line.startswith("{") and draw.random() < 0.01:
                line = re.sub(r'"updated_at":"[^"]*"', f'"updated_at":"2026-12-{day:02}T0{day % 10}:00:00.000Z"', line, 1)
                lines[at] = re.sub(r'"state":"[^"]*"', f'"state":"state of day {day}"', line, 1)
        board.write_text("\n".join(lines), encoding="utf-8")


def daily(engines: list, binary: Path, corpus: str, shape: list, work: Path, days: int) -> str:
    """Bytes that so many daily snapshots add to the first."""
    rows = []
    for name in engines:
        clear(work)
        source, home = work / "source", work / "home"
        repository = work / ("vault" if name == OURS else "repo")
        home.mkdir()
        subprocess.run([corpus, "make", source, *shape], check=True, stdout=subprocess.DEVNULL)
        environment = {**os.environ, "HOME": str(home)}
        for program in ["RESTIC", "RUSTIC"]:
            environment |= {f"{program}_PASSWORD": "x", f"{program}_REPOSITORY": str(repository)}
        environment |= {"BORG_PASSPHRASE": "x", "BORG_REPO": str(repository), "RUSTIC_NO_PROGRESS": "true"}
        rustic = os.environ.get("RUSTIC", "rustic")
        begin = {
            "restic": ["restic", "init", "--repository-version", "2"],
            "rustic": [rustic, "init"],
            "borg": ["borg", "init", "-e", "repokey-blake2"],
        }
        backup = {
            OURS: lambda day: [binary, "backup", repository, source],
            "restic": lambda day: ["restic", "backup", "-q", "."],
            "rustic": lambda day: [rustic, "backup", "."],
            "borg": lambda day: ["borg", "create", "-C", "zstd,3", f"::day{day}", "."],
        }

        def run(command: list) -> None:
            subprocess.run(command, check=True, env=environment, cwd=source, capture_output=True)

        if name in begin:
            run(begin[name])
        run(backup[name](0))
        sizes = [size(repository)]
        for day in range(1, days + 1):
            edit_a_day(source, day)
            run(backup[name](day))
            sizes.append(size(repository))
        rows.append((name, sizes[0], sizes[-1] - sizes[0]))
        clear(work)
    best = min((added for name, _, added in rows if name != OURS), default=0)
    lines = [f"| {name} | {first / 1e6:,.1f} | {added / 1e6:,.1f} | {added / best:.4f} |" for name, first, added in rows]
    return f"| | first, MB | {days} days of 1 %, MB | ratio to the best peer |\n| --- | --- | --- | --- |\n" + "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True, help="the corpus generator")
    parser.add_argument("--run-peer", help="the script that runs a peer")
    parser.add_argument("--peers", default="restic,rustic,borg")
    parser.add_argument("--layout", choices=["files", "boards"], required=True)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--mib", type=int, default=0, help="attachments")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--daily", type=int, default=0)
    parser.add_argument("--binary", help="our bench binary; built where it is not given")
    parser.add_argument("--work", type=Path, required=True, help="a folder that may be emptied")
    parser.add_argument("--results", type=Path, default=Path("results.jsonl"))
    args = parser.parse_args()
    binary, corpus = engine(args.binary), str(Path(args.corpus).resolve())
    engines = [OURS, *filter(None, args.peers.split(","))]
    shape = [args.layout, str(args.records), str(args.mib)]
    work = args.work.resolve()
    if args.daily:
        print(daily(engines, binary, corpus, shape, work, args.daily))
        return
    results = []
    for round_number in range(args.rounds):
        for name in engines if round_number % 2 == 0 else reversed(engines):
            passed = ours(binary, corpus, shape, work) if name == OURS else peer(name, args.run_peer, corpus, shape, work)
            save(args.results, [{**one, "round": round_number} for one in passed])
            results += passed
    print(table(results, engines))


if __name__ == "__main__":
    main()
