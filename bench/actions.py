"""What the bench measures, each run in a process of its own: ``python -m bench.actions ACTION DEALS FOLDER``.

The actions of one size share a folder and run in the order of ``ACTIONS``; what is only preparation is not timed.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

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


def metrics(size: int, folder: Path) -> Timed:
    """Every metric as the dashboards ask for it, over deals with ten events of history each.

    Neither reading nor the checks (which data quality counts) are timed: a refresh does both anyway.
    """
    import pandas as pd

    from xlpipeline.checks import find_faults
    from xlpipeline.hosts.file import read_book
    from xlpipeline.model.applied import with_frame
    from xlpipeline.model.facts import read_facts
    from xlpipeline.model.tracking import history_columns, history_of
    from xlpipeline.tabs import TABS

    kept = folder / "events.pkl"
    if not kept.exists():
        _lived(size).to_pickle(kept)
    book = with_frame(read_book(folder / "refreshed.xlsx"), "_History", pd.read_pickle(kept))  # noqa: S301 - written above
    facts = read_facts(book, AS_OF)
    facts, _ = history_columns(facts, history_of(facts))
    find_faults(facts)
    gc.disable()  # as in a refresh
    tabs = [tab for tab in TABS if tab.role == "dashboard"]
    return lambda: [tab.fill(facts) for tab in tabs]


def _lived(size: int) -> pd.DataFrame:
    from xlpipeline.jobs.demo import lived_events
    from xlpipeline.samples.lived import LivedTeam
    from xlpipeline.samples.team_year import make_team

    team = make_team(1, size, AS_OF)
    events = lived_events(team, LivedTeam(team))
    often = events["Column"].isin(["Next step", "Next step date", "Last touch"])
    return events[~often].reset_index(drop=True)


ACTIONS: dict[str, Callable[[int, Path], Timed]] = {
    "new": new,
    "import": imports,
    "refresh, first": first_refresh,
    "floor": floor,
    "refresh, next day": next_refresh,
    "refresh, nothing changed": idle_refresh,
    "metrics": metrics,
    "openpyxl load + save": openpyxl_round,
}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _forget_peak() -> None:
    """What preparation took at its height is no part of the figure (only Linux can forget it)."""
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")


def main() -> None:
    action, size, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    timed = ACTIONS[action](size, folder)
    gc.collect()
    _forget_peak()
    held, begin, cpu = _peak_mb(), time.perf_counter(), time.process_time()
    timed()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": max(_peak_mb() - held, 0.1)}))


if __name__ == "__main__":
    main()
