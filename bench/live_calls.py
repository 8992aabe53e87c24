"""How often a refresh crosses over to Excel: ``python -m bench --calls``. Needs LibreOffice, which plays Excel's part.

The same hundred open deals are repeated, so that the same figures change at every size: what is left to differ is the
number of rows, and the calls must not.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from bench.actions import AS_OF, NOW
from tests.live.call_count import counted
from tests.live.engine import LiveApp, start
from xlpipeline.hosts.live import LiveWorkbook
from xlpipeline.jobs.demo import demo_tables
from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.refresh import refresh, tool_name
from xlpipeline.samples.team_year import make_team

CALL_SIZES = (100, 1_000, 10_000)
_ROW = "{:>10}{:>22}{:>22}{:>22}"


def print_calls(sizes: tuple[int, ...] = CALL_SIZES) -> list[tuple[int, int, int]]:
    """Print and give, per size: calls to read, to write the refresh of the next day, and to write when idle."""
    print(_ROW.format("deals", "calls to read", "to write a refresh", "when nothing changed"))
    app = start()
    try:
        with tempfile.TemporaryDirectory(prefix="xlp-calls-") as folder:
            return [_counts(size, Path(folder), app) for size in sizes]
    finally:
        app.quit()


def _counts(size: int, folder: Path, app: LiveApp) -> tuple[int, int, int]:
    path = folder / f"{size}.xlsx"
    tables = demo_tables(make_team(1, 1_500, AS_OF, mess=0))
    # Open deals stand first. With more of them, all long untouched, than a list shows, every size fills its lists.
    deals = tables["Pipeline"].head(100).assign(**{"Last touch": AS_OF - dt.timedelta(days=90)})
    tables["Pipeline"] = repeated(deals, size)
    new_file(path, TeamRequest(team="Bench", tables=tables, as_of=AS_OF), now=NOW)
    live = LiveWorkbook(app.open(Path(shutil.copy(path, folder / f"open-{size}.xlsx"))))
    with counted(app) as reading:
        book = live.read()
    later = NOW + dt.timedelta(days=1)
    changes = refresh(book, now=later, as_of=later.date(), tool=tool_name(live)).changes
    with counted(app) as writing:
        live.apply(changes)
    settled = refresh(live.read(), now=later, as_of=later.date(), tool=tool_name(live)).changes
    with counted(app) as idle:
        live.apply(settled)
    app.impl.reset()
    found = (reading.total(), writing.total(), idle.total())
    print(_ROW.format(f"{size:,}", *(f"{n:,}" for n in found)), flush=True)
    return found


def repeated(deals: pd.DataFrame, size: int) -> pd.DataFrame:
    """So many rows: the same deals again and again, each with an ID and a name of its own."""
    body = deals.iloc[[at % len(deals) for at in range(size)]].reset_index(drop=True)
    numbers = [f"{at:06d}" for at in range(size)]
    body["Deal ID"] = pd.Series([f"D-{n}" for n in numbers], dtype=object)
    body["Account"] = pd.Series([f"{a} {n}" for a, n in zip(body["Account"], numbers, strict=True)], dtype=object)
    body["Parent deal"] = None
    return body
