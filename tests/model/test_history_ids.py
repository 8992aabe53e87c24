"""New deal IDs in the workbook's own manner."""

from __future__ import annotations

import pytest

from xlpipeline.model.deal_ids import next_ids


@pytest.mark.parametrize(
    ("known", "given"),
    [
        ([], ["D-00001", "D-00002"]),
        (["D-00016", "D-00017"], ["D-00018", "D-00019"]),
        (["OPP9", "OPP10", "x"], ["OPP11", "OPP12"]),
        (["7", "12"], ["13", "14"]),
        (["1C1I7A6R", "Z063OYW0"], ["D-00001", "D-00002"]),
        (["Ä-99999"], ["Ä-100000", "Ä-100001"]),
        (["9" * 40], ["D-00001", "D-00002"]),
        (["d-5", "D-00001", "D-00002"], ["D-00006", "D-00007"]),
    ],
)
def test_ids_go_on_as_they_are(known: list[str], given: list[str]) -> None:
    assert next_ids(2, known) == given


def test_ids_that_were_ever_used_do_not_come_again() -> None:
    assert next_ids(1, ["D-00002"], {"d-00041", "x-00099"}) == ["D-00042"]
    assert next_ids(0, ["D-00002"]) == []
