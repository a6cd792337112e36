#!/usr/bin/env python3
"""How each cost grows with the number of records: a table, and a plot beside it (SVG).

Wants the corpus generator (--corpus) and GNU time. Records alone, grouped by board; one run each.
"""

import argparse
import math
import shutil
import subprocess
from pathlib import Path

from measure import engine, measure, size

STEPS = {
    "first backup": "#1b6ca8",
    "1 % changed": "#c2570c",
    "nothing changed": "#6b7280",
    "diff": "#15803d",
    "verify": "#9333ea",
    "verify data": "#be123c",
    "open": "#0f766e",
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 760, 420, 70, 50, 20, 150


def grow(binary: Path, corpus: str, records: int, work: Path) -> dict:
    """Every step with so many records."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source, vault = work / "source", work / "vault"
    shape = ["boards", str(records), "0"]
    subprocess.run([corpus, "make", source, *shape], check=True, stdout=subprocess.DEVNULL)
    steps = {"first backup": measure([binary, "backup", vault, source])}
    first = size(vault)
    subprocess.run([corpus, "change", source, *shape], check=True, stdout=subprocess.DEVNULL)
    steps["1 % changed"] = measure([binary, "backup", vault, source])
    second = size(vault)
    steps["nothing changed"] = measure([binary, "backup", vault, source])
    for name, operation in [("diff", "diff"), ("verify", "verify"), ("verify data", "verify-data"), ("open", "open")]:
        steps[name] = measure([binary, operation, vault])
    point = measure([binary, "point", vault])["printed"]
    shutil.rmtree(work)
    return {"records": records, "steps": steps, "first": first, "new": second - first, "point": point}


def table(grown: list) -> str:
    lines = ["| | " + " | ".join(f"{one['records']:,} records" for one in grown) + " |"]
    lines.append("|" + " --- |" * (len(grown) + 1))
    for name in STEPS:
        lines.append(f"| {name}, s | " + " | ".join(f"{one['steps'][name]['wall_s']:.2f}" for one in grown) + " |")
    for name in ["first backup", "verify data"]:
        lines.append(f"| {name}, peak MiB | " + " | ".join(f"{one['steps'][name]['rss_mib']:.0f}" for one in grown) + " |")
    lines.append("| vault, MB | " + " | ".join(f"{one['first'] / 1e6:,.1f}" for one in grown) + " |")
    lines.append("| new bytes of 1 %, MB | " + " | ".join(f"{one['new'] / 1e6:,.2f}" for one in grown) + " |")
    lines.append("| one record, warm | " + " | ".join(one["point"] for one in grown) + " |")
    return "\n".join(lines)


def plot(grown: list) -> str:
    """Seconds against records, both on logarithmic axes."""
    low, high = -2, 3
    first, last = (math.log10(grown[at]["records"]) for at in (0, -1))

    def place(records: int, seconds: float) -> tuple:
        x = LEFT + (math.log10(records) - first) / max(last - first, 1e-9) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (math.log10(max(seconds, 0.01)) - low) / (high - low) * (HEIGHT - BOTTOM - TOP)
        return x, y

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="{HEIGHT - 10}">records (logarithmic)</text>',
        '<text x="8" y="14">seconds (logarithmic)</text>',
    ]
    for power in range(low, high + 1):
        _, y = place(grown[0]["records"], 10**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**power:g}</text>')
    for one in grown:
        x, _ = place(one["records"], 1)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{one["records"]:,}</text>')
    ends = []
    for name, colour in STEPS.items():
        points = [place(one["records"], one["steps"][name]["wall_s"]) for one in grown]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        ends.append((points[-1], name, colour))
    below = float("inf")
    # Labels from the bottom upwards, none over another.
    for (x, y), name, colour in sorted(ends, key=lambda end: -end[0][1]):
        below = min(y + 4, below - 14)
        parts.append(f'<text x="{x + 10:.1f}" y="{below:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True, help="the corpus generator")
    parser.add_argument("--records", default="10000,100000,1000000")
    parser.add_argument("--binary", help="our bench binary; built where it is not given")
    parser.add_argument("--work", type=Path, required=True, help="a folder that may be emptied")
    parser.add_argument("--svg", type=Path, required=True, help="where the plot goes")
    args = parser.parse_args()
    binary, corpus = engine(args.binary), str(Path(args.corpus).resolve())
    grown = [grow(binary, corpus, int(records), args.work.resolve()) for records in args.records.split(",")]
    print(table(grown))
    args.svg.write_text(plot(grown), encoding="utf-8")


if __name__ == "__main__":
    main()
