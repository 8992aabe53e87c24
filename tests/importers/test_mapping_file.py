"""The mapping file says what it allows when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlpipeline.errors import SetupError
from xlpipeline.importers.mapping_file import MappingChoices, read_mapping

WHOLE = """
extra = ["Region"]
blank_erases = true
[file]
sheet = "Export"
encoding = "cp1250"
delimiter = ";"
[columns]
"Deal name" = "Opportunity"
"Junk" = ""
[dates]
order = "day-first"
zone = "America/New_York"
[dates.columns]
"Close date" = "month-first"
[amounts]
decimal = ","
[values.Stage]
"Engaging" = "Qualification"
"""


TOP = ("extra", "blank_erases", "file", "columns", "dates", "amounts", "values")


def mapping(folder: Path, text: str) -> MappingChoices:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_every_entry_is_read(tmp_path: Path) -> None:
    assert mapping(tmp_path, WHOLE) == MappingChoices(
        columns={"Deal name": "Opportunity", "Junk": ""},
        extra=("Region",),
        blank_erases=True,
        sheet="Export",
        encoding="cp1250",
        delimiter=";",
        date_order="day-first",
        date_orders={"Close date": "month-first"},
        zone="America/New_York",
        decimal=",",
        values={"Stage": {"Engaging": "Qualification"}},
    )


def test_an_empty_file_decides_nothing(tmp_path: Path) -> None:
    assert mapping(tmp_path, "") == MappingChoices()


def test_notepads_mark_does_no_harm(tmp_path: Path) -> None:
    assert mapping(tmp_path, "\ufeff[amounts]\ndecimal = ','").decimal == ","


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "colums = 1",
            f"mapping.toml: “colums” is not known; allowed are {', '.join(TOP)}.",
        ),
        ("[dates]\nformat = 'x'", "mapping.toml: “format” in [dates] is not known; allowed are order, zone, columns."),
        (
            "[dates]\norder = 'dmy'",
            "mapping.toml: dates.order is “dmy”; allowed are day-first and month-first and year-first.",
        ),
        (
            "[dates.columns]\nA = 'x'",
            "mapping.toml: dates.columns.A is “x”; allowed are day-first and month-first and year-first.",
        ),
        ("[dates]\nzone = 'Berlin'", "mapping.toml: dates.zone “Berlin” is no zone; write it as “Europe/Berlin”."),
        ("[amounts]\ndecimal = ';'", "mapping.toml: amounts.decimal is “;”; allowed are , and .."),
        ("[columns]\nA = 3", "mapping.toml: “A” in [columns] must be a text in quotation marks, not 3."),
        (
            "columns = 3",
            "mapping.toml: columns must be a table; write it as [columns] with one line per entry below it.",
        ),
        (
            "[values]\nStage = 'x'",
            "mapping.toml: values.Stage must be a table; write it as [values.Stage] with one line per entry below it.",
        ),
        ("extra = 'A'", 'mapping.toml: extra must be a list of column names, such as extra = ["Region", "Segment"].'),
        ("blank_erases = 1", "mapping.toml: blank_erases must be true or false, not 1."),
        ("[file]\ndelimiter = '::'", 'mapping.toml: file.delimiter must be one sign such as ";" or "\\t".'),
    ],
)
def test_what_is_not_allowed_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SetupError) as refused:
        mapping(tmp_path, text)
    assert str(refused.value) == sentence


def test_broken_toml_a_missing_file_and_another_encoding_are_said(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"mapping\.toml: not valid TOML: .*line 2"):
        mapping(tmp_path, "[columns]\nA = B\n")
    with pytest.raises(SetupError, match=r"There is no mapping file .*none\.toml that can be read"):
        read_mapping(tmp_path / "none.toml")
    (tmp_path / "old.toml").write_bytes("[columns]\n'Größe' = 'Amount'".encode("cp1252"))
    with pytest.raises(SetupError, match=r"old\.toml: please save the mapping file as UTF-8"):
        read_mapping(tmp_path / "old.toml")
