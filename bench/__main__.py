"""``python -m bench``: seconds and peak memory of new, import, refresh and metrics, beside a floor of the same run.

Floor: python-calamine reading every sheet of the file + rustpy-xlsxwriter writing its largest table. Each figure comes
from a process of its own (median of the runs); memory is the peak above what the process held after its imports.
Compare within one run only: machines differ, ratios hold. CPU seconds leave out what other processes took. ``metrics``
is every figure of every dashboard over ten events of history per deal; it has a target: see TARGETS.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.actions import ACTIONS

SIZES = (1_000, 10_000, 100_000)
TARGETS = {("metrics", 10_000): 1.0, ("metrics", 100_000): 10.0}
"""Most CPU seconds of an action by number of deals; memory is to grow no faster than the deals."""
_ROW = "{:<10}{:<26}{:>9}{:>9}{:>9}{:>10}{:>11}{:>12}{:>16}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), metavar="N", help="numbers of deals")
    parser.add_argument("--runs", type=int, default=3, help="runs of each figure; the median is printed")
    parser.add_argument("--no-openpyxl", action="store_true", help="leave the slow openpyxl rows out")
    parser.add_argument("--calls", action="store_true", help="count the calls of a refresh in Excel instead")
    options = parser.parse_args()
    if options.calls:
        from bench.live_calls import print_calls  # needs LibreOffice

        print_calls()
        return
    _start_up(options.runs)
    heads = ("deals", "what", "seconds", "CPU s", "target", "peak MB", "× floor s", "× floor MB", "openpyxl ÷ it")
    print(_ROW.format(*heads))
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="xlp-bench-") as folder:
            _size(size, Path(folder), options.runs, with_openpyxl=not options.no_openpyxl)


def _size(size: int, folder: Path, runs: int, *, with_openpyxl: bool) -> None:
    results: dict[str, dict[str, float]] = {}
    for action in ACTIONS:
        if action == "openpyxl load + save" and not with_openpyxl:
            continue
        results[action] = _measure(action, size, folder, runs)
    floor, slow = results["floor"], results.get("openpyxl load + save", {"seconds": float("nan")})
    for action, found in results.items():
        print(
            _ROW.format(
                f"{size:,}",
                action,
                f"{found['seconds']:.2f}",
                f"{found['cpu']:.2f}",
                f"≤ {TARGETS[action, size]:.1f}" if (action, size) in TARGETS else "",
                f"{found['peak_mb']:.0f}",
                f"{found['seconds'] / floor['seconds']:.2f}",
                f"{found['peak_mb'] / floor['peak_mb']:.2f}",
                f"{slow['seconds'] / found['seconds']:.1f}",
            ),
            flush=True,
        )


def _measure(action: str, size: int, folder: Path, runs: int) -> dict[str, float]:
    found = []
    for _ in range(runs):
        command = [sys.executable, "-m", "bench.actions", action, str(size), str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {key: statistics.median(run[key] for run in found) for key in ("seconds", "cpu", "peak_mb")}


def _start_up(runs: int) -> None:
    bare = statistics.median(_wall([sys.executable, "-c", "pass"]) for _ in range(runs * 3))
    told = statistics.median(_wall([sys.executable, "-m", "xlpipeline.cli", "--help"]) for _ in range(runs * 3))
    print(
        f"start-up: xlpipeline --help {told * 1000:.0f} ms, python -c pass {bare * 1000:.0f} ms, "
        f"ratio {told / bare:.1f}"
    )


def _wall(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
