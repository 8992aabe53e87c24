"""Sample files: a CRM's own heads, two dialects, six spellings of won."""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import cache

import pandas as pd
import pytest

from xlpipeline.errors import RequestError
from xlpipeline.samples.export import WON_SPELLINGS
from xlpipeline.samples.team_year import SampleTeam, export_csv, make_team, write_csv


@cache
def team() -> SampleTeam:
    return make_team(7, 400, dt.date(2026, 5, 15))


def rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_cells_are_written_plainly() -> None:
    frame = pd.DataFrame({"a": pd.Series(["x, y", None], dtype=object), "b": [dt.date(2026, 1, 2), 0.5]}, dtype=object)
    assert write_csv(frame) == b'a,b\r\n"x, y",2026-01-02\r\n,0.5\r\n'


def test_the_semicolon_dialect_has_decimal_commas_and_a_byte_order_mark() -> None:
    frame = pd.DataFrame({"a": ["ü", None], "b": [dt.date(2026, 1, 2), 0.5]}, dtype=object)
    assert write_csv(frame, dialect="semicolon") == "\ufeffa;b\r\nü;02.01.2026\r\n;0,5\r\n".encode()


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(RequestError, match=r"There is no CSV dialect tab; please choose generic or semicolon\."):
        write_csv(team().reps, dialect="tab")  # type: ignore[arg-type]


def test_an_export_has_heads_of_its_own_and_every_deal() -> None:
    exported = rows(export_csv(team()))
    assert [row["opportunity_id"] for row in exported] == team().pipeline["Deal ID"].tolist()
    assert {"opportunity name", "sales rep", "stage", "amount", "created", "expected close", "closed on"} <= set(
        exported[0]
    )
    assert not set(exported[0]) & set(team().pipeline.columns)


def test_both_dialects_hold_the_same_amounts() -> None:
    point, comma = rows(export_csv(team())), rows(export_csv(team(), dialect="semicolon"), ";")
    pairs = [(a["amount"], b["amount"]) for a, b in zip(point, comma, strict=True) if "€" not in a["amount"]]
    assert all(a == b.replace(",", ".") and a.endswith(".00") for a, b in pairs)


def test_probability_is_in_percent_and_falls_back_to_the_stage() -> None:
    exported = rows(export_csv(team()))
    shares = dict(zip(team().pipeline["Deal ID"], team().pipeline["Probability"], strict=True))
    assert all(row["probability (%)"] == "100" for row in exported if row["stage"] == "Won")
    own = [row for row in exported if shares[row["opportunity_id"]] is not None]
    assert own
    assert all(int(row["probability (%)"]) == round(shares[row["opportunity_id"]] * 100) for row in own)
    assert any(row["probability (%)"] == "150" for row in own)


def test_six_spellings_of_won_stand_only_in_the_export_that_asks_for_them() -> None:
    plain, messy = rows(export_csv(team())), rows(export_csv(team(), spellings=True))
    changed = [(a["stage"], b["stage"]) for a, b in zip(plain, messy, strict=True) if a["stage"] != b["stage"]]
    assert {before for before, _ in changed} == {"Won"}
    assert {after for _, after in changed} == set(WON_SPELLINGS)
    assert len(set(WON_SPELLINGS)) == 6
