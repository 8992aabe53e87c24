"""Every native criteria cell equals the engine after LibreOffice has recalculated: random deals, every kind, holidays.

TRUE and FALSE are left out of the cells: LibreOffice takes them for numbers, Excel (which the engine follows) does not.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.model.criteria_book import AS_OF, CRITERIA_HEADS, table
from tests.recalculate import recalculated
from xlpipeline.model.book import Book, BookTable, CellError
from xlpipeline.model.computed import COMPUTED
from xlpipeline.model.criteria import Criterion, StagePath
from xlpipeline.model.criteria_evaluate import evaluate_furthest, evaluate_missing
from xlpipeline.model.criteria_formula import furthest_formula, missing_formula
from xlpipeline.model.criteria_table import read_criteria, read_path
from xlpipeline.model.facts import read_facts
from xlpipeline.model.schema import CRITERION_KINDS

DEALS = 2_200
TABLES_OF_CRITERIA = 3
STAGES = (
    (8, "Lost", "lost", 0, None),
    (9, 'Dead "cold" & gone', "derailed", 0, None),
    (1, "Prospect", "open", 0.1, 10),
    (2, 'He said "yes"', "open", 0.2, 5),
    (3, "Démo", "open", 0.4, None),
    (4, "Proposal, sent", "open", 0.6, 9),
    (5, "Won", "won", 1, None),
    (6, "After-sale", "post", 1, None),
)
FREE = ("Plain", "It's [a] #1 @x", 'Quote " here', "Ünïcode – naïve")
DATES = ("Sent", "Back [on]")
HEADS = (
    "Deal ID",
    "Opportunity",
    "Stage",
    "Created",
    "Stage seen",
    "Stage since",
    "Stage type",
    "In stage since",
    *FREE,
    *DATES,
)
WORDS = (
    "red",
    "RED",
    " red ",
    "light  green",
    "a*",
    "ab",
    "x?",
    "~",
    'say "hi"',
    "2",
    "Größe",
    "yes",
    "Y",
    "y ",
    "N",
    "",
    "   ",
)
TYPES = ("Call", "E-mail", "Call*", 'Demo "live"', "What?", "~note")
IDS = ("A*", "AB", "B?", "BB", "=x", ">5", "<>z", "D~1", 'q"q')
HOLIDAYS = (dt.date(2026, 5, 1), dt.date(2026, 5, 14), dt.date(2026, 4, 6), dt.date(2026, 5, 9))


def day(chance: random.Random, span: int = 30) -> dt.date:
    return AS_OF - dt.timedelta(days=chance.randint(-6, span))


def free_cell(chance: random.Random) -> object:
    numbers = [0, 2, -1, 2.5, chance.randint(-3, 4), round(chance.uniform(-3, 4), 2)]
    moment = dt.datetime.combine(day(chance), dt.time(chance.randint(0, 23), 30))
    kinds = [None, chance.choice(WORDS), chance.choice(numbers), day(chance), moment, CellError("#N/A")]
    return chance.choices(kinds, weights=[2, 8, 5, 2, 1, 1])[0]


def date_cell(chance: random.Random) -> object:
    return day(chance) if chance.random() < 0.7 else free_cell(chance)


def deal(number: int, chance: random.Random) -> list[object]:
    if number % 50 == 0:
        return [None] * len(HEADS)
    stage = chance.choice([name for _, name, *_ in STAGES] * 3 + ["démo", "PROSPECT", "unknown", "Won ", None])
    seen = chance.choice([stage, stage, stage, None, "Prospect"])
    deal_id = IDS[number] if number < len(IDS) else chance.choice([f"D-{number:04}"] * 20 + [None])
    known: list[object] = [
        deal_id,
        "Deal",
        stage,
        chance.choice([day(chance, 60), None]),
        seen,
        chance.choice([day(chance), None]),
    ]
    return [*known, None, None, *(free_cell(chance) for _ in FREE), *(date_cell(chance) for _ in DATES)]


def arguments(kind: str, chance: random.Random) -> tuple[object, object, object]:
    column = chance.choice(FREE + DATES)
    if kind == "value":
        x = chance.choice([0, 2, 2.5, -1, AS_OF, day(chance), "2026-05-04", "today", "today"])
        if chance.random() < 0.5:
            return column, chance.choice(["=", "<>", "<", "<=", ">", ">="]), x
        return (
            column,
            chance.choice(["=", "<>"]),
            chance.choice(["red", "Light green", "a*", 'SAY "HI"', "x?", "~", "größe"]),
        )
    if kind == "list":
        return column, chance.choice(["red; a*; x?", "2|2.5|yes", 'say "hi"', "light green;~;0", "größe; -1"]), None
    if kind == "date_order":
        return chance.choice(DATES), chance.choice(DATES), None
    if kind == "activity":
        return chance.choice(TYPES), chance.choice([None, 1, 2, 3]), None
    return column, None, None


def criteria_rows(chance: random.Random) -> Iterator[list[object]]:
    """Two criteria of every kind, exit and entry, with and without a time limit."""
    path = [name for _, name, kind, *_ in STAGES if kind in {"open", "won", "post"}]
    for number, kind in enumerate(CRITERION_KINDS * 2):
        direction = chance.choice(["exit", "exit", "entry"])
        stage = chance.choice(path[:-1] if direction == "exit" else path[1:])
        first, second, third = arguments(kind, chance)
        timed = kind in {"date_order", "activity"} or (kind == "filled" and first in DATES)
        within = chance.choice([None, 1, 3, 8]) if timed and direction == "exit" else None
        name = chance.choice(["plain", 'with "quotes"', "comma, inside", "größe"]) + f"-{number}"
        yield [stage, direction, name, "Text.", kind, first, second, third, within, chance.choice("YYYN")]


def activities(chance: random.Random) -> list[list[object]]:
    ids = [*IDS, *(f"d-{n:04}" for n in range(len(IDS), DEALS, 2))]
    days: list[object] = [None, "soon", CellError("#N/A")]
    return [
        [chance.choice([*[day(chance)] * 12, *days]), chance.choice(ids), chance.choice([*TYPES, "call", "Callback"])]
        for _ in range(DEALS)
    ]


def tables_of(chance: random.Random) -> dict[str, BookTable]:
    tables = (
        table("Pipeline", "Pipeline", HEADS, [deal(n, chance) for n in range(DEALS)]),
        table("Stages", "Process", ["Order", "Stage", "Type", "Default probability", "Max business days"], STAGES),
        table("Activities", "Activities", ["Date", "Deal ID", "Type"], activities(chance)),
        table("Holidays", "Calendar", ["Date"], [[holiday] for holiday in HOLIDAYS]),
    )
    return {t.name: t for t in tables}


def write(cell: Cell | MergedCell, value: object) -> None:
    cell.value = value  # type: ignore[assignment]
    if isinstance(value, str) and not isinstance(value, CellError):
        cell.data_type = "s"


def write_table(sheet: Worksheet, body: BookTable, extra: dict[str, str]) -> None:
    """The table with formula columns added on the right, or in place where the head is there."""
    heads = [*body.frame.columns, *(head for head in extra if head not in body.frame.columns)]
    sheet.append(heads)
    for number, row in enumerate(body.frame.itertuples(index=False), start=2):
        for at, value in enumerate(row, start=1):
            write(sheet.cell(number, at), value)
        for head, formula in extra.items():
            sheet.cell(number, heads.index(head) + 1, "=" + formula)
    last = sheet.cell(len(body.frame) + 1, len(heads)).coordinate
    sheet.add_table(Table(displayName=body.name, ref=f"A1:{last}"))


def write_book(path: Path, tables: dict[str, BookTable], formulas: dict[str, str]) -> None:
    book = openpyxl.Workbook()
    for name, body in tables.items():
        sheet = book.create_sheet(name)
        write_table(sheet, body, formulas if name == "Pipeline" else {})
    for name, text in {"AsOf": f"DATE({AS_OF.year},{AS_OF.month},{AS_OF.day})", "Weekend": '"0000011"'}.items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    del book["Sheet"]
    book.save(path)


def compiled(tables: dict[str, BookTable], chance: random.Random) -> list[tuple[tuple[Criterion, ...], StagePath]]:
    out = []
    for _ in range(TABLES_OF_CRITERIA):
        body = table("Criteria", "Process", CRITERIA_HEADS, list(criteria_rows(chance)))
        book = Book({**tables, "Criteria": body})
        criteria, faults = read_criteria(book)
        assert faults == ()
        out.append((criteria, read_path(book)))
    return out


def same(native: Sequence[object], engine: Sequence[object], head: str, frame: pd.DataFrame) -> None:
    wrong = [
        (n, head, left, right, frame.iloc[n].to_dict())
        for n, (left, right) in enumerate(zip(native, engine, strict=True))
        if (left or None) != right
    ]
    assert not wrong, f"{len(wrong)} of {len(engine)} cells of {head} differ, such as {wrong[:2]}"


@pytest.mark.libreoffice
def test_every_native_cell_equals_the_engine(tmp_path: Path) -> None:
    chance = random.Random(20260515)  # noqa: S311 - a test's dice
    tables = tables_of(chance)
    sets = compiled(tables, chance)
    formulas = {c.name: c.formula for c in COMPUTED if c.name in {"Stage type", "In stage since"}}
    facts = read_facts(Book(tables), AS_OF)
    engine: dict[str, list[object]] = {}
    for number, (criteria, path) in enumerate(sets):
        formulas |= {
            f"Missing {number}": missing_formula(criteria, path),
            f"Furthest {number}": furthest_formula(criteria, path),
        }
        engine[f"Missing {number}"] = evaluate_missing(facts, criteria, path).tolist()
        engine[f"Furthest {number}"] = evaluate_furthest(facts, criteria, path).tolist()
    write_book(tmp_path / "criteria.xlsx", tables, formulas)
    sheet = openpyxl.load_workbook(recalculated(tmp_path / "criteria.xlsx", tmp_path / "out"), data_only=True)[
        "Pipeline"
    ]
    rows = list(sheet.iter_rows(values_only=True))
    native = {str(head): [row[at] for row in rows[1:]] for at, head in enumerate(rows[0])}
    for head, cells in engine.items():
        assert len(native[head]) == DEALS
        same(native[head], cells, head, tables["Pipeline"].frame)


@pytest.mark.slow
def test_the_dice_reach_every_case() -> None:
    """So that agreement means something: every kind blocks somewhere, some deals pass, some are late."""
    chance = random.Random(20260515)  # noqa: S311 - a test's dice
    tables = tables_of(chance)
    sets = compiled(tables, chance)
    facts = read_facts(Book(tables), AS_OF)
    assert {c.kind for criteria, _ in sets for c in criteria if c.blocking} == set(CRITERION_KINDS)
    missing = [text for criteria, path in sets for text in evaluate_missing(facts, criteria, path)]
    assert None in missing
    assert any("(late)" in text for text in missing if text)
    furthest = {place for criteria, path in sets for place in evaluate_furthest(facts, criteria, path)}
    assert furthest == set(range(3, 9))
