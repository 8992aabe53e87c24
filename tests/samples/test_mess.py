"""Every fault that was put in is listed, and nothing else is wrong: naive checks find exactly the listed deals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from xlpipeline.samples.mess import FAULTS
from xlpipeline.samples.team_year import EIGHT_STAGES, SampleTeam, make_team

AS_OF = dt.date(2026, 5, 15)
TYPES = {spec.name: spec.type for spec in EIGHT_STAGES}
Row = dict[str, object]


@cache
def team(mess: float = 1.0, deals: int = 3_000) -> SampleTeam:
    return make_team(7, deals, AS_OF, mess=mess)


def is_open(row: Row) -> bool:
    return TYPES[str(row["Stage"])] == "open"


def idle_days(row: Row) -> int:
    off = [np.datetime64(day) for day in team().holidays["Date"]]
    touched = np.datetime64(row["Last touch"], "D")  # type: ignore[call-overload]
    return int(np.busday_count(touched + 1, np.datetime64(AS_OF) + 1, holidays=off))


def is_number(cell: object) -> bool:
    return isinstance(cell, int)


NAIVE: dict[str, Callable[[Row], bool]] = {
    "untouched": lambda row: is_open(row) and idle_days(row) > 10,
    "blank_account": lambda row: row["Account"] is None,
    "unknown_product": lambda row: row["Product"] not in set(team().products["Product"]),
    "unknown_owner": lambda row: row["Owner"] not in set(team().reps["Rep"]),
    "amount_as_text": lambda row: isinstance(row["Amount"], str),
    "negative_amount": lambda row: is_number(row["Amount"]) and row["Amount"] < 0,  # type: ignore[operator]
    "absurd_probability": lambda row: (row["Probability"] or 0) > 1,  # type: ignore[operator]
    "no_expected_close": lambda row: row["Expected close"] is None,
    "expected_close_past": lambda row: is_open(row) and (row["Expected close"] or AS_OF) < AS_OF,  # type: ignore[operator]
    "next_step_without_date": lambda row: row["Next step"] is not None and row["Next step date"] is None,
    "no_next_step": lambda row: is_open(row) and row["Next step"] is None,
    "next_step_past": lambda row: (row["Next step date"] or AS_OF) < AS_OF,  # type: ignore[operator]
    "no_actual_close": lambda row: not is_open(row) and row["Actual close"] is None,
    "closed_before_created": lambda row: (row["Actual close"] or AS_OF) < row["Created"],  # type: ignore[operator]
    "no_lost_reason": lambda row: TYPES[str(row["Stage"])] in ("lost", "derailed") and row["Lost reason"] is None,
}


def listed(sample: SampleTeam, fault: str) -> set[str]:
    return set(sample.mess_made["Deal ID"][sample.mess_made["fault"] == fault])


@pytest.mark.parametrize("fault", NAIVE)
def test_a_naive_check_finds_exactly_the_listed_deals(fault: str) -> None:
    found = {row["Deal ID"] for row in team().pipeline.to_dict("records") if NAIVE[fault](row)}  # type: ignore[arg-type]
    assert found == listed(team(), fault)
    assert found


@pytest.mark.parametrize("fault", NAIVE)
def test_without_mess_no_naive_check_finds_anything(fault: str) -> None:
    assert not any(NAIVE[fault](row) for row in team(0.0, 1_000).pipeline.to_dict("records"))  # type: ignore[arg-type]
    assert team(0.0, 1_000).mess_made.empty


def test_ids_that_stand_twice_are_those_listed() -> None:
    ids = team().pipeline["Deal ID"]
    assert set(ids[ids.duplicated()]) == listed(team(), "duplicate_id")
    assert listed(team(), "duplicate_id")


def test_near_duplicates_share_account_and_amount_and_their_name_but_for_a_letter() -> None:
    rows = team().pipeline.drop_duplicates("Deal ID").set_index("Deal ID")
    same = rows.dropna(subset="Account").groupby(["Account", "Amount"])
    pairs = [list(group.index) for _, group in same if len(group) > 1]
    assert {pair[1] for pair in pairs} == listed(team(), "near_duplicate")
    for first, second in pairs:
        assert len(rows["Opportunity"][first]) == len(rows["Opportunity"][second]) + 1


def test_confirmed_needs_are_missing_only_where_listed() -> None:
    sample = team()
    past = {"Solution presentation", "Handling objections", "Negotiation/Proposal", "Closing", "Won", "Post-sale"}
    rows = sample.pipeline
    missing = set(rows["Deal ID"][rows["Stage"].isin(past) & rows["Need confirmed"].isna()])
    assert missing <= listed(sample, "need_not_confirmed")
    blank = rows["Deal ID"][rows["Need confirmed"].isna()]
    assert listed(sample, "need_not_confirmed") <= set(blank)


def test_no_deal_has_two_faults_and_every_fault_occurs() -> None:
    for deals in (200, 3_000):
        made = team(1.0, deals).mess_made
        assert made["Deal ID"].is_unique
        assert set(made["fault"]) == {fault.name for fault in FAULTS}


def test_more_mess_means_more_faults() -> None:
    sizes = [len(team(mess, 1_000).mess_made) for mess in (0.0, 0.5, 1.0, 2.0)]
    assert sizes == sorted(set(sizes))


def test_the_idler_has_most_of_the_untouched_deals() -> None:
    sample = team()
    owners = sample.pipeline.set_index("Deal ID")["Owner"][list(listed(sample, "untouched"))]
    assert owners.mode()[0] == sample.reps["Rep"][3]


def test_amounts_as_text_are_written_the_european_way() -> None:
    texts = [amount for amount in team().pipeline["Amount"] if isinstance(amount, str)]
    assert all(pd.Series(texts).str.fullmatch(r"\d{1,3}(\.\d{3})* €"))
