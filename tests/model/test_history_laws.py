# ruff: noqa: DTZ001 - cells know no time zone
"""Laws of history over random edit scripts: whatever people do to the table, replaying tells what stands there."""

from __future__ import annotations

import copy
import datetime as dt
import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.model.ledger import TYPES, Ledger, Row, table
from xlpipeline.model.book import CellError, canonical
from xlpipeline.model.history import appended, read_history
from xlpipeline.model.history_diff import diff
from xlpipeline.model.history_table import BIRTHS, HISTORY, Stamp, deal_key
from xlpipeline.model.history_values import from_cell, pack, pack_column, to_cell, unpack
from xlpipeline.model.replay import replay

pytestmark = pytest.mark.slow

START = dt.datetime(2026, 1, 5, 9, 0)
HEADS = ("Deal ID", "Opportunity", "Stage", "Amount", "Expected close", "Owner", "Rival")

CELLS = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "=1+1", "|x", '|"', "|TRUE", "|2026-01-01", "|5", "TRUE"]),
    st.sampled_from(["#N/A", "00123", "1e5", "'x", "{}", " =x ", "a\nb"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8),
    st.sampled_from(["Straße 🚀 " * 900, "x" * 32_767, "9" * 40]),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(dt.date(1850, 1, 1), dt.date(2999, 1, 1)),
    st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2999, 1, 1)),
    st.sampled_from([CellError("#N/A"), CellError("Err:502")]),
)
IDS = st.sampled_from([None, "", "D-1", "d-1 ", "D-2", "D-00009", "X", 17.0, "17", CellError("#REF!")])
ROWS = st.fixed_dictionaries(
    {
        "Deal ID": IDS,
        "Opportunity": CELLS,
        "Stage": st.sampled_from(["Discovery", "Proposal", "Won", "won ", None]),
        "Amount": CELLS,
        "Rival": CELLS,
    }
)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: a script of edits takes minutes to shrink, and its seed is printed."""
PLACES = st.integers(0, 30)
DAMAGES = st.tuples(PLACES, st.integers(0, 10), CELLS)
STEPS = st.one_of(
    st.tuples(st.just("insert"), PLACES, ROWS),
    st.tuples(st.just("delete"), PLACES),
    st.tuples(st.just("edit"), PLACES, st.sampled_from(HEADS[1:]), CELLS),
    st.tuples(st.just("id"), PLACES, IDS),
    st.tuples(st.just("copy"), PLACES, PLACES),
    st.tuples(st.just("move"), PLACES, PLACES),
    st.tuples(st.just("sort"), st.sampled_from(HEADS)),
    st.tuples(st.just("blank row"), PLACES),
    st.tuples(st.just("refresh")),
)


def act(ledger: Ledger, step: tuple[Any, ...]) -> None:
    """One edit as a person makes it."""
    rows = ledger.rows
    name, *given_with = step
    if name == "insert":
        rows.insert(given_with[0] % (len(rows) + 1), dict(given_with[1]))
    elif name == "blank row":
        rows.insert(given_with[0] % (len(rows) + 1), {})
    elif name == "sort":
        rows.sort(key=lambda row: str(row.get(given_with[0])))
    elif rows and given_with:
        place = given_with[0] % len(rows)
        if name == "delete":
            del rows[place]
        elif name == "edit":
            rows[place][given_with[1]] = given_with[2]
        elif name == "id":
            rows[place]["Deal ID"] = given_with[1]
        elif name in {"copy", "move"}:
            row = dict(rows[place]) if name == "copy" else rows.pop(place)
            rows.insert(given_with[1] % (len(rows) + 1), row)


def standing(ledger: Ledger, positions: pd.Series) -> dict[str, Row]:
    """Filled logged cells of the rows that stand for deals, by key."""
    return {
        str(key): {h: cell for h in HEADS[1:] if (cell := canonical(ledger.rows[place].get(h))) is not None}
        for key, place in positions.items()
    }


def told(frame: pd.DataFrame) -> dict[str, Row]:
    """The same, of a replay."""
    return {
        deal_key(str(name)): {str(h): canonical(c) for h, c in row.items() if canonical(c) is not None}
        for name, row in frame.to_dict("index").items()
    }


def keep_and_compare(steps: list[tuple[Any, ...]]) -> None:
    """Every refresh is replayed at once, and once more from the whole history."""
    ledger, now = Ledger(HEADS), START
    states: list[tuple[dt.datetime, dict[str, Row]]] = []
    for step in [*steps, ("refresh",)]:
        act(ledger, step)
        if step[0] != "refresh":
            continue
        now += dt.timedelta(hours=7)
        found = ledger.refresh(now)
        states.append((now, standing(ledger, found.positions)))
        assert told(replay(ledger.history)) == states[-1][1]
        assert ledger.look(now + dt.timedelta(hours=1)).events.empty
        assert ledger.history.faults.empty
    for moment, state in states:
        assert told(replay(ledger.history, until=moment)) == state


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(st.lists(STEPS, max_size=15))
def test_replaying_from_empty_gives_the_table_as_it_stands(steps: list[tuple[Any, ...]]) -> None:
    keep_and_compare(steps)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=40))
def test_replaying_long_scripts_gives_the_table_as_it_stands(steps: list[tuple[Any, ...]]) -> None:
    keep_and_compare(steps)


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(st.lists(ROWS, max_size=6), st.lists(STEPS, max_size=10), st.randoms(use_true_random=False))
def test_copies_refreshed_apart_merge_without_doubles(
    rows: list[Row], steps: list[tuple[Any, ...]], chance: random.Random
) -> None:
    """The same edits in two copies, one of them sorted anew and refreshed by somebody else at another time."""
    one = Ledger(HEADS, copy.deepcopy(rows))
    one.refresh(START)
    for step in steps:
        act(one, step)
    other = copy.deepcopy(one)
    chance.shuffle(other.rows)
    other.heads = (HEADS[0], *reversed(HEADS[1:]))
    first, second = one.refresh(dt.datetime(2026, 2, 1)), other.refresh(dt.datetime(2026, 3, 1, 8, 30), "Robin")
    assert first.events["Event ID"].tolist() == second.events["Event ID"].tolist()
    assert sorted(first.ids_given) == sorted(second.ids_given)
    assert first.faults[["fault", "deal_id"]].value_counts().to_dict() == (
        second.faults[["fault", "deal_id"]].value_counts().to_dict()
    )
    merged = read_history(appended(one.body, other.body))
    assert merged.events.drop(columns="row").equals(one.history.events.drop(columns="row"))


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(st.lists(ROWS, min_size=1, max_size=6), st.lists(DAMAGES, max_size=12))
def test_damaged_rows_never_raise(rows: list[Row], damages: list[tuple[int, int, object]]) -> None:
    ledger = Ledger(HEADS, rows)
    ledger.refresh(START)
    for place, column, cell in damages:
        if len(ledger.body):
            cells = ledger.body[HISTORY.heads[column]].tolist()
            cells[place % len(cells)] = cell
            ledger.body[HISTORY.heads[column]] = pd.Series(cells, dtype=object)
    found = ledger.refresh(START + dt.timedelta(days=1))
    assert told(replay(ledger.history)) == standing(ledger, found.positions)


@given(CELLS)
def test_a_cell_comes_back_as_it_was(cell: object) -> None:
    back = unpack(from_cell(to_cell(pack(cell))))
    assert canonical(back) == canonical(cell)
    assert type(canonical(back)) is type(canonical(cell))


@given(st.lists(CELLS), st.lists(st.text(max_size=3)), st.lists(st.floats() | st.integers() | st.none()))
def test_columns_pack_as_their_cells_do(mixed: list[object], texts: list[object], numbers: list[object]) -> None:
    for cells in (mixed, texts, numbers):
        assert pack_column(cells) == [pack(cell) for cell in cells]


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(st.lists(ROWS, max_size=8), st.sampled_from([None, "D-00003"]))
def test_no_id_is_ever_given_twice(rows: list[Row], last: str | None) -> None:
    ledger = Ledger(HEADS, copy.deepcopy(rows))
    ledger.refresh(START)
    ledger.rows = [{"Deal ID": last, "Opportunity": "next"}, {"Opportunity": "after"}, {"Opportunity": "after"}]
    seen = ledger.history.ids_seen
    found = ledger.refresh(START + dt.timedelta(days=1))
    given_keys = [deal_key(name) for name in found.ids_given]
    assert len(set(given_keys)) == len(given_keys)
    restored = found.faults.loc[found.faults["fault"] == "id_removed", "deal_id"].map(deal_key)
    assert not (set(given_keys) - set(restored)) & (seen | {deal_key(last or "")})


def test_a_baseline_tells_only_what_is_there() -> None:
    rows: list[Row] = [{"Opportunity": "A"}, {"Deal ID": "D-7", "Opportunity": "B"}]
    found = diff(read_history(pd.DataFrame()), table(rows, HEADS), stage_types=TYPES, stamp=Stamp(None, START))
    assert set(found.events["Kind"]) == {"created"}
    assert set(found.events["Note"]) == {"baseline"}
    assert set(found.events["Kind"]) <= set(BIRTHS)
    assert found.ids_given.to_dict() == {0: "D-8"}
