"""Each check finds its fault, and only that; the register is complete."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import xlpipeline.checks
from tests.checks.examples import EXAMPLES
from tests.checks.lead_examples import costs, leads
from tests.checks.small_book import CLOSED, facts_of, table
from xlpipeline.checks import CHECKS, SEVERITIES, find_faults, find_issues
from xlpipeline.checks.broken_table import ALSO, NEEDED
from xlpipeline.model.book import BookTable
from xlpipeline.model.facts import Facts
from xlpipeline.model.register import Check
from xlpipeline.model.schema import ISSUES, SCHEMA_VERSION

BY_NAME = {check.name: check for check in CHECKS}


@cache
def good_facts() -> tuple[Facts, Facts]:
    return facts_of([{}, CLOSED]), facts_of([])


@cache
def facts_of_example(name: str) -> Facts:
    example = EXAMPLES[name]
    return facts_of(
        example.deals,
        others=example.others,
        stages=example.stages,
        heads=example.heads,
        without_formula=example.without_formula,
    )


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_check_flags_exactly_the_faulty_rows(name: str) -> None:
    found = BY_NAME[name].find(facts_of_example(name))
    assert tuple(sorted(found["position"])) == EXAMPLES[name].flagged
    assert EXAMPLES[name].says in found.sort_values("position")["wrong"].iloc[0]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_finds_nothing_in_good_deals_or_in_none(check: Check) -> None:
    """Law: a good deal passes, an empty table passes, and the frame has the three columns even then."""
    for facts in good_facts():
        found = check.find(facts)
        assert [name for name in found.columns if name != "table"] == ["position", "column", "wrong"]
        assert found.empty


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_check_leaves_its_input_as_it_was(name: str) -> None:
    facts = facts_of_example(name)
    before = facts.deals.copy(deep=True)
    BY_NAME[name].find(facts)
    pd.testing.assert_frame_equal(facts.deals, before)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_fault_points_at_a_cell_that_exists(name: str) -> None:
    facts = facts_of_example(name)
    found = BY_NAME[name].find(facts)
    tables = found["table"] if "table" in found.columns else [BY_NAME[name].table] * len(found)
    for table_name, position, column in zip(tables, found["position"], found["column"], strict=True):
        body = facts.book.tables[table_name].frame
        assert column in body.columns
        assert -1 <= position < len(body)
    if EXAMPLES[name].column:
        assert set(found["column"]) == {EXAMPLES[name].column}


def test_every_file_in_checks_is_registered() -> None:
    """A file whose name begins with an underscore is no check."""
    folder = Path(str(xlpipeline.checks.__file__)).parent
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    missing = sorted(files - set(BY_NAME))
    assert not missing, f"add to CHECKS in xlpipeline/checks/__init__.py: {', '.join(m + '.CHECK' for m in missing)}"
    assert len(BY_NAME) == len(CHECKS), "two checks have one name; name the new one after its fault and its file"
    assert sorted(BY_NAME) == sorted(files), "a check's name is that of its file"


def test_every_check_has_an_example() -> None:
    missing = sorted(set(BY_NAME) - set(EXAMPLES))
    assert not missing, f"add an Example to tests/checks/examples.py for: {', '.join(missing)}"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_says_what_why_and_what_to_do(check: Check) -> None:
    for text in (check.what, check.why, check.what_to_do):
        assert text.endswith("."), f"{check.name}: give what, why and what_to_do a full sentence each: {text!r}"
    assert check.severity in SEVERITIES
    assert check.title
    assert not check.name.startswith(("validate", "check", "no_")), f"{check.name}: name the fault, not the cure"
    assert len({c.title.casefold() for c in CHECKS}) == len(CHECKS)


def test_leads_that_are_worked_or_became_a_deal_have_no_issue() -> None:
    long_ago = facts_of([{}]).deals["created"].iloc[0].date().replace(day=1, month=1)
    lead = {"Created": long_ago, "Status": "qualified", "Deal ID": "D0"}
    well = leads(lead, lead | {"Status": "working", "Deal ID": None})
    assert BY_NAME["qualified_without_deal"].find(facts_of([{}], others=well)).empty


def test_six_spellings_of_a_stage_are_found_and_mapped() -> None:
    spellings = ["closed won", "Won ", "Closed-Won", "Wn", "WON!", "won (signed)"]
    found = BY_NAME["unknown_stage"].find(facts_of([CLOSED | {"Stage": s} for s in spellings]))
    assert len(found) == 6
    assert all(wrong.endswith("Did you mean Won?") for wrong in found["wrong"])


def test_a_spelling_near_nothing_gets_no_proposal() -> None:
    found = BY_NAME["unknown_stage"].find(facts_of([{"Stage": "Xyzzy"}]))
    assert found["wrong"].tolist() == ["The stage 'Xyzzy' is not on Process."]


def test_owners_and_products_pass_while_their_lists_are_empty() -> None:
    facts = facts_of([{"Owner": "Nobody", "Product": "Anything"}])
    assert BY_NAME["unknown_owner"].find(facts).empty
    assert BY_NAME["unknown_product"].find(facts).empty


def test_leads_costs_and_activities_pass_while_their_lists_are_empty() -> None:
    log = table("Activities", ["Date", "By"], [[CLOSED["Actual close"], "Nobody"]])
    facts = facts_of([{}], others=[*leads({"Owner": "Nobody", "Source": "Anything"}), costs(("Anything",)), log])
    for name in ("unknown_lead_owner", "unknown_lead_source", "unknown_cost_source", "unknown_activity_by"):
        assert BY_NAME[name].find(facts).empty


def test_an_issue_of_a_lead_links_to_its_cell() -> None:
    issues = find_issues(facts_of([{}], others=leads({}, {"Created": "soon"})))
    assert issues[["Check", "Cell"]].to_numpy().tolist() == [["Unreadable cell of a lead", "'Leads'!G6"]]


def test_an_amount_is_not_absurd_while_fewer_than_five_deals_are_won() -> None:
    won = [CLOSED | {"Amount": 1.0}] * 4
    assert BY_NAME["absurd_amount"].find(facts_of([*won, {"Amount": 1e9}])).empty
    assert len(BY_NAME["absurd_amount"].find(facts_of([*won, *won[:1], {"Amount": 1e9}]))) == 1


def test_an_assumed_close_before_created_points_at_the_expected_close() -> None:
    deal = CLOSED | {"Actual close": None, "Expected close": "x"}
    early = deal | {"Expected close": facts_of([{}]).deals["created"].iloc[0].date().replace(day=1, month=1)}
    assert BY_NAME["close_before_created"].find(facts_of([early]))["column"].tolist() == ["Expected close"]


def test_a_single_idle_deal_is_told_without_comparison() -> None:
    deal = {"Next step": None}
    assert BY_NAME["missing_next_steps"].find(facts_of([deal]))["wrong"].tolist() == [
        "1 open deal has no next step, or one whose date has passed."
    ]


def test_a_cell_that_could_not_be_read_has_one_issue() -> None:
    """'a lot' in Amount is unreadable; that the amount is therefore missing is not said again."""
    issues = find_issues(facts_of([{"Amount": "a lot"}]))
    assert issues["Check"].tolist() == ["Unreadable cell"]


def test_a_missing_column_is_said_once_and_not_in_every_row() -> None:
    heads = facts_of([{}]).book.frame("Pipeline").columns.drop(["Amount", "Account"])
    issues = find_issues(facts_of([{}, {}, {}], heads=tuple(heads)))
    assert issues["What is wrong"].tolist() == ["The column Amount is missing from Pipeline."]
    assert issues["Cell"].tolist() == ["'Pipeline'!B4"]
    assert issues["Deal ID"].tolist() == [None]


def test_issues_come_by_severity_then_check_then_row() -> None:
    deals: list[dict[str, Any]] = [
        {"Account": None},
        {"Amount": None, "Next step": None},
        {"Stage": "?"},
        {"Stage": "!", "Account": None},
    ]
    issues = find_issues(facts_of(deals))
    assert list(zip(issues["Severity"], issues["Check"], issues["Deal ID"], strict=True)) == [
        ("error", "Unknown stage", "D2"),
        ("error", "Unknown stage", "D3"),
        ("error", "Open deal without amount", "D1"),
        ("warning", "Blank account", "D0"),
        ("warning", "Blank account", "D3"),
        ("info", "Reps with missing next steps", "D1"),
    ]
    assert issues["Owner"].tolist() == ["Ann"] * 6
    assert issues["Cell"].tolist()[0] == "'Pipeline'!F7"


def test_an_issue_of_a_setup_table_has_no_deal() -> None:
    reps = table("Reps", ["Rep"], [["Ann"]], "Team")
    heads = ["Rep", "Period start", "Period end", "Quota"]
    quotas = table("Quotas", heads, [["Ann", None, None, None], ["Zoe", None, None, None]], "Team's")
    issue = find_issues(facts_of([{}, {}], others=(reps, quotas))).iloc[0]
    assert (issue["Deal ID"], issue["Owner"], issue["Cell"]) == (None, None, "'Team''s'!B6")


def test_a_book_without_any_fault_has_no_issue() -> None:
    issues = find_issues(facts_of([{}, CLOSED]))
    assert issues.empty
    assert {*issues.columns, "Go to"} == {*ISSUES.heads, "quiet"}


@pytest.mark.slow
def test_faults_are_found_anew_for_new_facts() -> None:
    assert len(find_faults(facts_of([{"Account": None}]))) == 1
    assert len(find_faults(facts_of([{}]))) == 0
    facts = facts_of([{"Account": None}, {}])
    assert find_faults(facts) is find_faults(facts)
    assert len(find_faults(facts.only(facts.deals.iloc[1:]))) == 0


def every_table(*, without: str = "") -> list[BookTable]:
    heads = NEEDED | {name: (*NEEDED[name], *ALSO.get(name, ())) for name in NEEDED}
    return [table(name, heads[name], [], "Set-up") for name in NEEDED if name not in ("Stages", without)]


def broken(others: list[BookTable], version: object = SCHEMA_VERSION) -> list[str]:
    stages = [(1, "Prospect", "open"), (2, "Won", "won")]
    full = table(
        "Stages", [*NEEDED["Stages"], *ALSO["Stages"]], [[*stage, None, None, None] for stage in stages], "Process"
    )
    facts = facts_of([], others=[*others, full], names={"xlp_schema": version})
    wrong: list[str] = BY_NAME["broken_table"].find(facts)["wrong"].tolist()
    return wrong


def test_a_complete_book_has_no_broken_table() -> None:
    assert broken(every_table()) == []


def test_a_deleted_table_is_found_in_a_book_of_this_version_and_not_in_an_older_one() -> None:
    assert broken(every_table(without="FX")) == ["The table FX is missing."]
    assert broken(every_table(without="FX"), version=SCHEMA_VERSION - 1) == []


def test_a_renamed_table_is_proposed() -> None:
    renamed = table("Quotas2", NEEDED["Quotas"], [], "Team")
    assert broken([*every_table(without="Quotas"), renamed]) == [
        "The table Quotas is missing. Was it renamed? The table Quotas2 on Team has its columns."
    ]


def needing_a_source(n: int) -> Facts:
    """``n`` open deals past the first stage, none of which has the Source that its way out needs."""
    heads = ["Stage", "Direction", "ID", "Text", "Kind", "Argument 1", "Blocking"]
    criterion = ["Prospect", "exit", "source", "The source is known.", "filled", "Source", "Y"]
    return facts_of([{}] * n, others=[table("Criteria", heads, [criterion], "Process")])


def test_a_criterion_that_nobody_meets_is_one_issue_from_five_deals_on() -> None:
    find = BY_NAME["missing_criteria"].find
    assert find(needing_a_source(4))["wrong"].tolist() == ["The deal stands in Proposal without source."] * 4
    assert find(needing_a_source(5))["wrong"].tolist() == [
        "None of 5 open deals past Prospect meets source; this one stands for them."
    ]
    assert set(find(needing_a_source(4))["column"]) == {"Source"}


def test_a_single_constant_is_told_as_one() -> None:
    facts = facts_of([{"Flags": "T"}], without_formula={"Flags": frozenset({0})})
    assert BY_NAME["formula_typed_over"].find(facts)["wrong"].tolist() == [
        "Flags holds a typed value in place of its formula."
    ]
