"""What the live host writes: the cells that the file host writes, and nothing else. Needs LibreOffice."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.hosts.live_books import LATER, TRAPS, cells, differences, with_rows, worked_in
from tests.live.call_count import counted, failing
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.hosts.live import LiveWorkbook
from xlpipeline.jobs.refresh import refresh
from xlpipeline.model.book import NOT_AVAILABLE, Book, ChangeSet, Formula, TableChange, needed_changes, whole_table

if TYPE_CHECKING:
    import xlwings as xw

    from tests.live.engine import LiveApp
    from tests.live.fixtures import OpenCopy

pytestmark = pytest.mark.libreoffice


def refreshed(book: Book) -> ChangeSet:
    return refresh(book, now=LATER, as_of=LATER.date()).changes


@pytest.mark.parametrize("name", ["small_book", "messy_book"])
def test_a_refresh_in_excel_gives_the_cells_of_a_refresh_of_the_closed_file(
    name: str, request: pytest.FixtureRequest, open_copy: OpenCopy, tmp_path: Path
) -> None:
    path = worked_in(request.getfixturevalue(name))
    book = open_copy(path)
    apply_changes(path, refreshed(read_book(path)))
    steps: list[str] = []
    live = LiveWorkbook(book, steps.append)
    saved = live.apply(refreshed(live.read()))
    assert saved.written
    assert saved.sentence.endswith("is not saved yet: Ctrl+S keeps it. Undo of earlier steps is gone.")
    assert steps
    expected = read_book(path)
    assert differences(expected, live.read()) == []
    assert not refreshed(live.read())
    book.save(str(tmp_path / "saved.xlsx"))
    # LibreOffice saves no formulas of columns, only those of cells
    assert differences(expected, read_book(tmp_path / "saved.xlsx"), formulas=False) == []


def test_an_idle_refresh_makes_no_call_at_all(small_book: Path, open_copy: OpenCopy, live_app: LiveApp) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.apply(refreshed(live.read()))
    changes = refreshed(live.read())
    with counted(live_app) as calls:
        saved = live.apply(changes)
    assert (saved.written, saved.cells, calls.total()) == (False, 0, 0)
    assert saved.sentence == "Nothing had changed, so nothing was written."


def test_values_of_formulas_alone_switch_nothing_off(small_book: Path, open_copy: OpenCopy, live_app: LiveApp) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.read()
    with counted(live_app) as calls:
        saved = live.apply(ChangeSet((TableChange("Pipeline", {"Days over": cells({0: 5.0})}),)))
    assert (saved.written, calls.total()) == (False, 0)


def typed_into(book: xw.Book, table: str, values: dict[tuple[int, str], Any]) -> None:
    found: Any = next(t for sheet in book.sheets for t in sheet.tables if t.name == table)
    heads = list(found.header_row_range.value)
    for (row, head), value in values.items():
        found.data_body_range[row, heads.index(head)].value = value


def test_dangerous_texts_arrive_as_texts_in_new_rows_and_in_old_ones(small_book: Path, open_copy: OpenCopy) -> None:
    live = LiveWorkbook(open_copy(small_book))
    rows = len(live.read().frame("Pipeline"))
    new = range(rows, rows + len(TRAPS))
    change = TableChange(
        "Pipeline",
        {
            "Account": cells(dict(zip(new, TRAPS, strict=True))),
            "Opportunity": cells(dict(enumerate(TRAPS))),
            "Stage seen": cells(dict(enumerate(TRAPS))),
        },
    )
    live.apply(ChangeSet((change,)))
    found = live.read().tables["Pipeline"]
    assert found.frame["Account"].iloc[rows:].tolist() == list(TRAPS)
    assert found.frame["Opportunity"].iloc[: len(TRAPS)].tolist() == list(TRAPS)
    assert found.frame["Stage seen"].iloc[: len(TRAPS)].tolist() == list(TRAPS)
    assert all(type(text) is str for text in found.frame["Account"].iloc[rows:])
    assert found.without_formula == {}


def test_every_kind_of_cell_arrives_as_what_it_is(small_book: Path, open_copy: OpenCopy) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.read()
    kinds: dict[int, object] = {
        0: "text", 1: 7.25, 2: True, 3: dt.date(2026, 5, 1), 4: dt.datetime(2026, 5, 1, 9, 30),  # noqa: DTZ001
        5: None, 6: "x" * 30_000, 7: "Zürich\nBern",
    }  # fmt: skip
    live.apply(ChangeSet((TableChange("Pipeline", {"Notes": cells(kinds), "Account": cells({3: NOT_AVAILABLE})}),)))
    found = live.read().frame("Pipeline")
    assert found["Notes"].iloc[:8].tolist() == list(kinds.values())
    assert [type(cell) for cell in found["Notes"].iloc[:8]] == [type(cell) for cell in kinds.values()]
    assert found["Account"].iloc[3] == NOT_AVAILABLE
    assert type(found["Account"].iloc[3]) is type(NOT_AVAILABLE)


def test_what_people_put_into_their_columns_stays(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    typed_into(book, "Pipeline", {(1, "Amount"): "=500*3"})
    live = LiveWorkbook(book)
    live.read()
    live.apply(ChangeSet((TableChange("Pipeline", {"Amount": cells({0: 1.0, 2: 2.0})}),)))
    table: Any = book.sheets["Pipeline"].tables["Pipeline"]
    column = list(table.header_row_range.value).index("Amount")
    assert [table.data_body_range[row, column].formula for row in range(3)] == ["1", "=500*3", "2"]


def test_a_cleared_formula_comes_back_and_a_typed_constant_stays(small_book: Path, open_copy: OpenCopy) -> None:
    book = open_copy(small_book)
    typed_into(book, "Pipeline", {(0, "Weighted amount"): None, (4, "Weighted amount"): 5.0})
    live = LiveWorkbook(book)
    live.apply(refreshed(live.read()))
    found = live.read().tables["Pipeline"]
    assert found.without_formula == {"Weighted amount": frozenset({4})}
    assert found.frame["Weighted amount"].iloc[4] == 5.0


def test_a_new_formula_of_a_column_goes_into_every_row(small_book: Path, open_copy: OpenCopy) -> None:
    live = LiveWorkbook(open_copy(small_book))
    rows = len(live.read().frame("Pipeline"))
    text = 'IF(Pipeline[[#This Row],[Amount]]="",0,1)'
    live.apply(ChangeSet((TableChange("Pipeline", {}, rows + 3, {"Weighted amount": text}),)))
    found = live.read().tables["Pipeline"]
    assert found.formulas["Weighted amount"] == text
    assert not found.without_formula
    assert found.frame["Weighted amount"].iloc[rows:].tolist() == [0.0, 0.0, 0.0]


def test_named_cells_get_values_and_only_the_formula_that_differs(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    book = open_copy(small_book)
    live = LiveWorkbook(book)
    live.read()
    stamp = book.names["refreshed_on_aging"].refers_to_range
    changes = ChangeSet(
        names={
            "refreshed_line": "=Refreshed",
            "refreshed_on_aging": Formula("refreshed_line", "=Refreshed"),
            "AsOf": dt.date(2026, 1, 2),
        }
    )
    live.apply(changes)
    assert stamp.formula == "=refreshed_line"
    assert stamp.value == "=Refreshed"
    assert live.read().names["AsOf"] == dt.date(2026, 1, 2)
    live.apply(ChangeSet(names={"AsOf": Formula("TODAY()", None)}))
    assert book.names["AsOf"].refers_to_range.formula == "=TODAY()"


def test_a_table_grows_and_shrinks_and_nothing_is_left_below(small_book: Path, open_copy: OpenCopy) -> None:
    live = LiveWorkbook(open_copy(small_book))
    book = live.read()
    frame = book.frame("_History").iloc[:7]
    for rows in (7, 0, 7):
        apply_and_compare(live, whole_table("_History", frame.iloc[:rows]), small_book)


def apply_and_compare(live: LiveWorkbook, change: TableChange, path: Path) -> None:
    """Both hosts are given the same; afterwards both read the same."""
    live.apply(needed_changes(ChangeSet((change,)), live.read()))
    apply_changes(path, needed_changes(ChangeSet((change,)), read_book(path)))
    found = live.read()
    assert differences(read_book(path), found) == []
    sheet = live._book.sheets[found.tables[change.table].sheet]
    table = sheet.tables[change.table]
    below = table.range.last_cell.row + 1
    left = sheet.range((below, table.range.column), (below + 20, table.range.last_cell.column)).value
    assert all(cell is None for row in left for cell in row)


def calls_of_writing(path: Path, live_app: LiveApp) -> tuple[int, int]:
    """Calls of one and the same change over all rows, and of a refresh."""
    live = LiveWorkbook(live_app.open(path))
    frame = live.read().frame("Pipeline")
    rows = len(frame)
    history = live.read().frame("_History")
    told = history.iloc[[0] * (len(history) + rows)].reset_index(drop=True)
    everywhere = cells(dict.fromkeys(range(rows), "x"))
    changes = ChangeSet(
        (
            TableChange("Pipeline", {"Stage seen": everywhere, "Earlier days": everywhere, "Notes": cells({1: "y"})}),
            whole_table("_History", told),
        ),
        {"refreshed_line": "now"},
    )
    with counted(live_app) as calls:
        live.apply(changes)
    with counted(live_app) as of_refresh:
        live.apply(refreshed(live.read()))
    return calls.total(), of_refresh.total()


def counts_of_writing(original: Path, rows: tuple[int, ...], live_app: LiveApp, folder: Path) -> list[tuple[int, int]]:
    books = [with_rows(Path(shutil.copy(original, folder / f"{n}.xlsx")), n) for n in rows]
    return [calls_of_writing(book, live_app) for book in books]


@pytest.mark.slow
def test_the_number_of_calls_does_not_grow_with_the_rows(small_book: Path, live_app: LiveApp, tmp_path: Path) -> None:
    hundred, most = counts_of_writing(small_book, (100, 1_000), live_app, tmp_path)
    assert hundred[0] == most[0]
    assert max(hundred[1], most[1]) < 9000  # which dashboards change depends on the deals, not on their number


def test_nothing_is_written_where_the_workbook_lacks_something(
    small_book: Path, open_copy: OpenCopy, live_app: LiveApp
) -> None:
    live = LiveWorkbook(open_copy(small_book))
    live.read()
    with (
        failing(live_app, after=1) as fault,
        pytest.raises(Exception, match="no column called Gone in its table Pipeline"),
    ):
        live.apply(ChangeSet((TableChange("Pipeline", {"Notes": cells({0: 1}), "Gone": cells({0: 1})}),)))
    assert fault.writes == 0
