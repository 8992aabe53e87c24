# ruff: noqa: DTZ001 - cells know no time zone
"""Writing cells: what is owned changes, in the right form, and nothing else does."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.hosts.test_file_reading import unusual
from tests.ooxml.books import changed_parts, part, parts, plain_book, replace_in, rewrite, rich_book, twins
from xlpipeline.errors import BookError
from xlpipeline.hosts.file import apply_changes, read_book
from xlpipeline.model.book import CellError, ChangeSet, Formula, TableChange, needed_changes, whole_table
from xlpipeline.ooxml.rows import HEAD, TAIL, scan

DEALS_SHEET = "xl/worksheets/sheet1.xml"


def change(table: str, column: str, cells: dict[int, Any]) -> ChangeSet:
    """New cells for one column by row position."""
    return ChangeSet((TableChange(table, {column: pd.Series(cells, dtype=object)}),))


def written_cell(path: Path, place: str, sheet: str = DEALS_SHEET) -> str:
    """A cell's XML."""
    found = re.search(rf'<c r="{place}"[^>]*?(?:/>|>.*?</c>)', part(path, sheet))
    return found.group() if found else ""


def test_one_new_amount_changes_one_cell_and_the_recalculation_mark(tmp_path: Path) -> None:
    path, before = rich_book(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    replace_in(path, "xl/workbook.xml", ' fullCalcOnLoad="1"', "")
    before.write_bytes(path.read_bytes())
    apply_changes(path, change("Deals", "Amount", {1: 99}))
    assert changed_parts(before, path) == {DEALS_SHEET, "xl/workbook.xml"} | own_chart(before)
    assert part(path, DEALS_SHEET) == part(before, DEALS_SHEET).replace("<v>200.5</v>", "<v>99</v>")
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")
    assert read_book(path).frame("Deals")["Amount"].tolist()[:2] == [100, 99]


def own_chart(path: Path) -> set[str]:
    """Our chart's part: it loses its copy of the values."""
    return {name for name, data in parts(path).items() if "charts/chart1" in name and b"Cache" in data}


def test_other_members_keep_their_packed_bytes_order_and_times(tmp_path: Path) -> None:
    path, before = twins(rich_book(tmp_path / "a.xlsx"))
    rewrite(path, lambda _name, data: data)
    before.write_bytes(path.read_bytes())
    apply_changes(path, change("Deals", "Amount", {1: 99}))
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(path) as new:
        assert new.testzip() is None
        assert old.namelist() == new.namelist()
        assert [i.date_time for i in old.infolist()] == [i.date_time for i in new.infolist()]
    changed = changed_parts(before, path)
    old_bytes, new_bytes = before.read_bytes(), path.read_bytes()
    with zipfile.ZipFile(before) as old:
        for info in old.infolist():
            if info.filename not in changed:
                entry = old_bytes[
                    info.header_offset : info.header_offset + 30 + len(info.filename) + info.compress_size
                ]
                assert entry in new_bytes


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (3, '<c r="C5"><v>3</v></c>'),
        (0.1, '<c r="C5"><v>0.1</v></c>'),
        (True, '<c r="C5" t="b"><v>1</v></c>'),
        ("=1+1", '<c r="C5" t="inlineStr"><is><t>=1+1</t></is></c>'),
        ("-a & <b>", '<c r="C5" t="inlineStr"><is><t>-a &amp; &lt;b&gt;</t></is></c>'),
        (" x", '<c r="C5" t="inlineStr"><is><t xml:space="preserve"> x</t></is></c>'),
        ("a\x07b", '<c r="C5" t="inlineStr"><is><t>a_x0007_b</t></is></c>'),
        ("_x0041_", '<c r="C5" t="inlineStr"><is><t>_x005F_x0041_</t></is></c>'),
        (CellError("#N/A"), '<c r="C5" t="e"><v>#N/A</v></c>'),
        (None, '<c r="C5"/>'),
        (float("nan"), '<c r="C5"/>'),
        ("", '<c r="C5"/>'),
    ],
)
def test_each_kind_of_value_has_its_form(tmp_path: Path, value: object, cell: str) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    before = part(path, "xl/sharedStrings.xml")
    apply_changes(path, change("Deals", "Account", {0: value}))
    assert written_cell(path, "C5") == cell
    assert part(path, "xl/sharedStrings.xml") == before


@pytest.mark.parametrize("value", ["=1+1", " x ", "a\nb", "a\rb", "tab\t", "_x0041_", "a\x07b", "ünï 🎈", "<&>\"'"])
def test_texts_come_back_by_every_letter(tmp_path: Path, value: str) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, change("Deals", "Account", {0: value}))
    assert read_book(path).frame("Deals")["Account"][0] == value


def test_a_text_longer_than_a_cell_is_cut_with_a_sign(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, change("Deals", "Account", {0: "x" * 32_768, 1: "y" * 32_767}))
    cut, whole = read_book(path).frame("Deals")["Account"].tolist()[:2]
    assert (len(cut), cut[-1], whole) == (32_767, "…", "y" * 32_767)


def test_a_blanked_cell_keeps_its_style(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    style = re.search('s="[0-9]+"', written_cell(path, "D5"))
    apply_changes(path, change("Deals", "Amount", {0: None}))
    assert style is not None
    assert written_cell(path, "D5") == f'<c r="D5" {style.group()}/>'


def test_a_date_keeps_a_date_style_and_gets_one_where_there_is_none(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    before = part(path, "xl/styles.xml")
    apply_changes(path, change("Deals", "Closed", {0: dt.date(2025, 6, 1)}))
    assert part(path, "xl/styles.xml") == before
    apply_changes(
        path,
        change("Deals", "Account", {0: dt.date(2025, 6, 1), 1: dt.datetime(2025, 6, 1, 12), 2: dt.date(2025, 6, 2)}),
    )
    frame, after = read_book(path).frame("Deals"), part(path, "xl/styles.xml")
    assert frame["Closed"][0] == dt.date(2025, 6, 1)
    assert frame["Account"].tolist() == [dt.date(2025, 6, 1), dt.datetime(2025, 6, 1, 12), dt.date(2025, 6, 2)]
    formats = [s.partition("<cellXfs")[2].partition("</cellXfs>")[0].count("<xf ") for s in (before, after)]
    assert formats[1] == formats[0] + 2
    assert f'<cellXfs count="{formats[1]}"' in after


def test_a_calculated_column_keeps_its_formula_and_gets_the_value(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, change("Deals", "Double", {0: 200, 1: "text", 2: CellError("#N/A")}))
    formula = "<f>Deals[[#This Row],[Amount]]*2</f>"
    assert written_cell(path, "G5") == f'<c r="G5">{formula}<v>200</v></c>'
    assert written_cell(path, "G6") == f'<c r="G6" t="str">{formula}<v>text</v></c>'
    assert written_cell(path, "G7") == f'<c r="G7" t="e">{formula}<v>#N/A</v></c>'
    assert read_book(path).frame("Deals")["Double"].tolist() == [200, "text", "#N/A"]


def test_a_constant_in_a_calculated_column_becomes_a_formula_only_when_it_is_named(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    for row in (5, 6):
        old = re.search(rf'<c r="G{row}">.*?</c>', part(path, DEALS_SHEET))
        assert old is not None
        replace_in(path, DEALS_SHEET, old.group(), f'<c r="G{row}"><v>5</v></c>')
    apply_changes(path, change("Deals", "Double", {1: 401}))
    assert written_cell(path, "G5") == '<c r="G5"><v>5</v></c>'
    assert written_cell(path, "G6") == '<c r="G6"><f>Deals[[#This Row],[Amount]]*2</f><v>401</v></c>'


def test_named_cells_get_values_and_formulas(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(path, ChangeSet(names={"AsOf": 9, "Note": "new", "Doubled": Formula('=I2*3 & "<"', 27)}))
    assert written_cell(path, "I2") == '<c r="I2"><v>9</v></c>'
    assert written_cell(path, "I3") == '<c r="I3"><f>I2*3 &amp; "&lt;"</f><v>27</v></c>'
    assert read_book(path).names == {"AsOf": 9, "Doubled": 27, "Note": "new", "xlp_schema": 3}


def test_a_new_cell_takes_the_place_and_the_look_of_its_column(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "a.xlsx", ("A", "B", "C"), [(1, None, 3)])
    replace_in(path, DEALS_SHEET, "<sheetData>", '<cols><col min="2" max="2" width="9" style="0"/></cols><sheetData>')
    apply_changes(path, change("T", "B", {0: 2}))
    assert re.findall(r'r="([A-C]2)"', part(path, DEALS_SHEET)) == ["A2", "B2", "C2"]
    assert written_cell(path, "B2") == '<c r="B2" s="0"><v>2</v></c>'


def test_rows_that_the_sheet_leaves_out_are_made(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "a.xlsx", ("A",), [(1,), (None,), (3,), (None,)])
    rewrite(path, lambda _n, d: re.sub(rb'<row r="[35]".*?(</row>|/>)', b"", d))
    assert 'r="3"' not in part(path, DEALS_SHEET)
    apply_changes(path, change("T", "A", {1: 2, 3: 4}))
    assert read_book(path).frame("T")["A"].tolist() == [1, 2, 3, 4]
    assert re.findall(r'<row r="(\d)"', part(path, DEALS_SHEET)) == list("12345")


@pytest.mark.parametrize("form", ["utf-16", "prefixed", "without references", "cdata", "comments"])
def test_unusual_forms_of_a_sheet_are_written_in_their_own_way(tmp_path: Path, form: str) -> None:
    path = plain_book(tmp_path / "a.xlsx", ("A", "B"), [(1, "x"), (2.5, "y")])
    rewrite(path, lambda name, data: unusual(data, form) if name == DEALS_SHEET else data)
    before = parts(path)[DEALS_SHEET]
    apply_changes(path, change("T", "B", {0: "né", 1: None}))
    frame = read_book(path).frame("T")
    assert (frame["A"].tolist(), frame["B"].tolist()) == ([1, 2.5], ["né", None])
    after = parts(path)[DEALS_SHEET]
    assert after[:40] == before[:40]
    assert after[-60:] == before[-60:]
    if form == "cdata":
        assert b"<![CDATA[2.5]]>" in after
    if form == "comments":
        assert b"<!-- <c r=" in after


def test_overwriting_a_formula_drops_its_place_in_the_calculation_chain(tmp_path: Path) -> None:
    path = with_chain(rich_book(tmp_path / "a.xlsx"), '<c r="I3" i="1"/><c r="G5"/><c r="A2" i="2"/>')
    apply_changes(path, ChangeSet(names={"Doubled": 5}))
    assert '<c r="G5" i="1"/><c r="A2" i="2"/></calcChain>' in part(path, "xl/calcChain.xml")
    assert written_cell(path, "I3") == '<c r="I3"><v>5</v></c>'


def test_an_empty_calculation_chain_goes_with_its_relationship_and_type(tmp_path: Path) -> None:
    path = with_chain(rich_book(tmp_path / "a.xlsx"), '<c r="I3" i="1"/>')
    apply_changes(path, ChangeSet(names={"Doubled": 5}))
    left = parts(path)
    assert "xl/calcChain.xml" not in left
    assert not any(b"calcChain" in data for data in left.values())


def with_chain(path: Path, entries: str) -> Path:
    """The book with a calculation chain, which XlsxWriter does not write."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    relation = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    replace_in(path, "xl/_rels/workbook.xml.rels", "</Relationships>", relation)
    replace_in(
        path,
        "[Content_Types].xml",
        "</Types>",
        f'<Override PartName="/xl/calcChain.xml" ContentType="{mime}"/></Types>',
    )
    return rewrite(
        path, lambda _n, d: d, **{"xl/calcChain.xml": f'<calcChain xmlns="{main}">{entries}</calcChain>'.encode()}
    )


@pytest.mark.parametrize(
    ("formula", "refused"),
    [
        ('<f t="shared" ref="I3:I4" si="0">I2</f>', True),
        ('<f t="array" ref="I3">I2</f>', True),
        ('<f t="shared" si="0"/>', False),
        ("<f>I2</f>", False),
    ],
)
def test_a_formula_that_others_share_is_not_overwritten(tmp_path: Path, formula: str, refused: bool) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(path, DEALS_SHEET, "<f>I2*2</f>", formula)
    before = path.read_bytes()
    if refused:
        with pytest.raises(BookError, match=r"Deals!I3 belongs to a formula that several cells share"):
            apply_changes(path, ChangeSet(names={"Doubled": 5}))
        assert path.read_bytes() == before
    else:
        apply_changes(path, ChangeSet(names={"Doubled": 5}))
        assert read_book(path).names["Doubled"] == 5


def test_a_cell_within_an_array_formula_is_not_overwritten(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    replace_in(path, DEALS_SHEET, '<c r="I2"><v>7</v></c>', '<c r="I2"><f t="array" ref="I2:I3">H2</f><v>7</v></c>')
    replace_in(path, DEALS_SHEET, "<f>I2*2</f>", "")
    with pytest.raises(BookError, match=r"Deals!I3 belongs to a formula"):
        apply_changes(path, ChangeSet(names={"Doubled": 5}))


def test_a_book_without_formulas_is_not_marked_for_recalculation(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "a.xlsx", ("A",), [(1,)])
    before = plain_book(tmp_path / "b.xlsx", ("A",), [(1,)])
    rewrite(path, lambda n, d: d.replace(b' fullCalcOnLoad="1"', b"") if n == "xl/workbook.xml" else d)
    before.write_bytes(path.read_bytes())
    apply_changes(path, change("T", "A", {0: 2}))
    assert changed_parts(before, path) == {DEALS_SHEET}


def test_the_recalculation_mark_is_added_in_its_place_where_there_is_none(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    rewrite(path, lambda n, d: re.sub(rb"<calcPr.*?/>", b"", d) if n == "xl/workbook.xml" else d)
    apply_changes(path, ChangeSet(names={"AsOf": 1}))
    assert re.search(
        r'</definedNames><calcPr calcId="\d+" fullCalcOnLoad="1"/></workbook>', part(path, "xl/workbook.xml")
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (change("Leads", "A", {0: 1}), "has no table called Leads"),
        (change("Deals", "Colour", {0: 1}), "has no column called Colour"),
        (ChangeSet(names={"Nowhere": 1}), "has no single cell called Nowhere"),
        (ChangeSet(names={"xlp_schema": 4}), "has no single cell called xlp_schema"),
    ],
)
def test_what_the_book_lacks_is_refused_by_its_name(tmp_path: Path, changes: ChangeSet, sentence: str) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    before = path.read_bytes()
    with pytest.raises(BookError, match=sentence):
        apply_changes(path, changes)
    assert path.read_bytes() == before


def test_the_same_changes_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [rich_book(tmp_path / name) for name in ("a.xlsx", "b.xlsx")]
    paths[1].write_bytes(paths[0].read_bytes())
    frame = read_book(paths[0]).frame("Deals").loc[[0, 1, 2, 0, 1]].drop(columns="Double").reset_index(drop=True)
    for path in paths:
        apply_changes(path, ChangeSet((whole_table("Deals", frame),), {"AsOf": dt.date(2024, 5, 5)}))
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_what_was_just_written_needs_no_change(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    wanted = change("Deals", "Account", {0: 5, 1: dt.datetime(2024, 3, 4, 5, 6, 7), 2: "x"}) + ChangeSet(
        names={"AsOf": Formula("1+1", 2)}
    )
    apply_changes(path, wanted)
    assert not needed_changes(wanted, read_book(path))


def test_of_two_changes_to_one_cell_the_later_wins(tmp_path: Path) -> None:
    path = rich_book(tmp_path / "a.xlsx")
    apply_changes(
        path, change("Deals", "Account", {0: "first", 1: "stays"}) + change("Deals", "Account", {0: "second"})
    )
    assert read_book(path).frame("Deals")["Account"].tolist()[:2] == ["second", "stays"]


def test_scanning_a_sheet_gives_its_bytes_back_wherever_it_is_cut() -> None:
    sheet = (
        b'<worksheet xmlns="m"><dimension ref="A1"/><sheetData>\n <row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="3" ht="3"/><row r="4"><c r="A4"/></row> <row r="9"/></sheetData><extLst/></worksheet>'
    )
    for size in range(1, len(sheet)):
        pieces = [sheet[i : i + size] for i in range(0, len(sheet), size)]
        found = list(scan(pieces, "sheet"))
        assert b"".join(row for _, row in found) == sheet
        assert [number for number, _ in found] == [HEAD, 1, 3, 4, 9, TAIL]
