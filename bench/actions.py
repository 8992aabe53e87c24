"""What the bench measures, each run in a process of its own: ``python -m bench.actions ACTION DEALS FOLDER``.

The actions of one size share a folder and run in the order of ``ACTIONS``; what is only preparation is not timed.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

AS_OF = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
NEXT_DAY = NOW + dt.timedelta(days=1)
"""Every live column changes overnight, so this refresh rewrites them all."""
Timed = Callable[[], object]


def new(size: int, folder: Path) -> Timed:
    from xlpipeline.jobs.new import TeamRequest, new_file
    from xlpipeline.samples.team_year import export_csv, make_team

    (folder / "deals.csv").write_bytes(export_csv(make_team(1, size, AS_OF)))
    import xlpipeline.workbooks.build

    del xlpipeline
    return lambda: new_file(folder / "team.xlsx", TeamRequest(team="Bench"), now=NOW, replace_existing=True)


def imports(size: int, folder: Path) -> Timed:
    del size
    from xlpipeline.hosts.file import ClosedWorkbook
    from xlpipeline.jobs.import_deals import import_in

    shutil.copy(folder / "team.xlsx", folder / "filled.xlsx")
    return lambda: import_in(ClosedWorkbook(folder / "filled.xlsx"), folder / "deals.csv", now=NOW)


def first_refresh(size: int, folder: Path) -> Timed:
    del size
    from xlpipeline.hosts.file import ClosedWorkbook
    from xlpipeline.jobs.refresh import refresh_in

    shutil.copy(folder / "filled.xlsx", folder / "refreshed.xlsx")
    return lambda: refresh_in(ClosedWorkbook(folder / "refreshed.xlsx"), now=NOW)


def next_refresh(size: int, folder: Path) -> Timed:
    del size
    from xlpipeline.hosts.file import ClosedWorkbook
    from xlpipeline.jobs.refresh import refresh_in

    shutil.copy(folder / "refreshed.xlsx", folder / "next.xlsx")
    return lambda: refresh_in(ClosedWorkbook(folder / "next.xlsx"), now=NEXT_DAY)


def idle_refresh(size: int, folder: Path) -> Timed:
    del size
    from xlpipeline.hosts.file import ClosedWorkbook
    from xlpipeline.jobs.refresh import refresh_in

    return lambda: refresh_in(ClosedWorkbook(folder / "refreshed.xlsx"), now=NOW)


def floor(size: int, folder: Path) -> Timed:
    del size
    import python_calamine
    import rustpy_xlsxwriter

    def run() -> None:
        book = python_calamine.load_workbook(str(folder / "refreshed.xlsx"))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        rows = max(sheets, key=len)
        heads = [f"c{i}" for i in range(len(rows[0]))]
        records = [dict(zip(heads, row, strict=True)) for row in rows]
        rustpy_xlsxwriter.write_worksheet(records, str(folder / "floor.xlsx"))

    return run


def openpyxl_round(size: int, folder: Path) -> Timed:
    del size
    import openpyxl

    def run() -> None:
        book = openpyxl.load_workbook(folder / "refreshed.xlsx")
        book.save(folder / "round.xlsx")

    return run


ACTIONS: dict[str, Callable[[int, Path], Timed]] = {
    "new": new,
    "import": imports,
    "refresh, first": first_refresh,
    "floor": floor,
    "refresh, next day": next_refresh,
    "refresh, nothing changed": idle_refresh,
    "openpyxl load + save": openpyxl_round,
}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    action, size, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    timed = ACTIONS[action](size, folder)
    held, begin = _peak_mb(), time.perf_counter()
    timed()
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "peak_mb": max(_peak_mb() - held, 0.1)}))


if __name__ == "__main__":
    main()
