"""Columns find their place by name and by content, and every one says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.books import book, plan_text
from xlpipeline.errors import SetupError, SourceError
from xlpipeline.importers.columns import KINDS
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.synonyms import SYNONYMS, head_currency, head_keys, known_target
from xlpipeline.model.schema import PIPELINE

WRITABLE = {column.name for column in PIPELINE.columns if column.writer == "user"} | {"Stage since"}


@pytest.mark.parametrize(
    ("head", "target"),
    [
        ("Deal - Title", "Opportunity"),
        ("\ufeffDeal Name", "Opportunity"),
        ("opportunity name", "Opportunity"),
        ("opportunity revenue", "Amount"),
        ("create date", "Created"),
        ("expected close date", "Expected close"),
        ("close percentage", "Probability"),
        ("opportunity stage", "Stage"),
        ("StageName", "Stage"),
        ("CloseDate", "Close date"),
        ("LastStageChangeDate", "Stage since"),
        ("Probability (%)", "Probability"),
        ("Deal - Deal created", "Created"),
        ("Deal - Expected close date", "Expected close"),
        ("deal_size_usd", "Amount"),
        ("Opportunity\u00a0Owner", "Owner"),
        ("Associated Company", "Account"),
        ("last_stage_change", "Stage since"),
        ("LAST-MODIFIED", "Updated"),
        ("opportunity_id", "Deal ID"),
        ("Buyer Persona", "Persona"),
    ],
)
def test_heads_of_other_systems_are_known(head: str, target: str) -> None:
    found = known_target(head)
    assert found is not None
    assert found[0] == target


@pytest.mark.parametrize("head", ["Priority", "Value touches", "Next touch"])
def test_what_refresh_writes_is_never_filled_by_an_import(head: str, tmp_path: Path) -> None:
    assert known_target(head) is None
    text = f"Deal ID,Opportunity,Stage,{head}\nD-1,Roll-out,Qualification,5\n"
    (choice,) = (one for one in plan_text(tmp_path, text).preview if one.source == head)
    assert choice.target == ""
    with pytest.raises(SetupError, match="which an import cannot fill"):
        plan_text(tmp_path, text, choices=MappingChoices(columns={head: head}))


@pytest.mark.parametrize(
    "head", ["account_id", "Owner Role", "Fiscal Period", "Weighted value", "Days to Close", "()", "Type"]
)
def test_other_heads_are_not(head: str) -> None:
    assert known_target(head) is None


def test_every_target_of_the_names_is_a_column_that_an_import_may_fill() -> None:
    assert set(SYNONYMS) == set(KINDS)
    assert set(KINDS) - {"Close date", "Updated", "Status"} == WRITABLE


def test_every_head_of_pipeline_is_known_as_itself() -> None:
    for name in WRITABLE:
        assert (known_target(name) or ("", 0))[0] == name


def test_no_name_stands_for_two_targets() -> None:
    names = [name for listed in SYNONYMS.values() for name in listed.split()]
    assert sorted(set(names)) == sorted(names)
    assert all(name in head_keys(name) for name in names)


def test_a_head_may_name_the_currency() -> None:
    assert head_currency("Amount (USD)") == "USD"
    assert head_currency("revenue_gbp") == "GBP"
    assert head_currency("Amount") == ""


def choices(folder: Path, text: str, **told: str) -> dict[str, tuple[str, str]]:
    plan = plan_text(folder, text, book(reps=["Ann Lee", "Bo Ek"]), MappingChoices(columns=told))
    return {line.source: (line.target, line.reason) for line in plan.preview}


def test_stage_and_owner_are_found_by_content(tmp_path: Path) -> None:
    found = choices(tmp_path, "Name,X,Y\nA,won,ann lee\nB,Lost,Bo Ek\nC,Proposal,Ann Lee\n")
    assert found["X"] == ("Stage", "3 of 3 cells tested stand on the workbook's list for Stage")
    assert found["Y"] == ("Owner", "3 of 3 cells tested stand on the workbook's list for Owner")


def test_amounts_and_codes_are_found_by_content(tmp_path: Path) -> None:
    found = choices(tmp_path, "Name,X,Y\nA,€ 5,AB-1\nB,€ 7,AB-2\n")
    assert found["X"] == ("Amount", "its cells are amounts with a currency")
    assert found["Y"] == ("Deal ID", "every row has another code of letters and digits")


def test_codes_that_repeat_are_no_ids(tmp_path: Path) -> None:
    assert choices(tmp_path, "Name,Y\nA,AB-1\nB,AB-1\n")["Y"][0] == ""


def test_a_name_that_its_content_denies_is_not_trusted(tmp_path: Path) -> None:
    found = choices(tmp_path, "Name,Stage,Amount,Created\nA,Won,large,soon\nB,Won,small,5\n")
    assert found["Amount"] == ("", "its name means Amount, but only 0 of 2 cells are a number")
    assert found["Created"] == ("", "its name means Created, but only 0 of 2 cells are a date")


def test_half_of_the_cells_are_enough(tmp_path: Path) -> None:
    assert choices(tmp_path, "Name,Amount\nA,large\nB,5\n")["Amount"][0] == "Amount"


def test_one_target_is_given_once_and_the_surer_name_wins(tmp_path: Path) -> None:
    found = choices(tmp_path, "Name,Stage,Revenue,Amount\nA,Won,5,6\n")
    assert found["Amount"][0] == "Amount"
    assert found["Revenue"] == ("", "Amount is already taken from “Amount”")


def test_the_mapping_file_goes_first_and_may_keep_a_column_out(tmp_path: Path) -> None:
    found = choices(tmp_path, "Name,Stage,Revenue,Amount\nA,Won,5,6\n", revenue="Amount", Amount="")
    assert found["Revenue"] == ("Amount", "the mapping file says so")
    assert found["Amount"] == ("", "the mapping file keeps it out")


def test_unknown_columns_say_that_they_are_not_known(tmp_path: Path) -> None:
    assert choices(tmp_path, "Name,Stage,Colour\nA,Won,red\n")["Colour"] == ("", "no known name and no telling content")


def test_the_mapping_file_may_not_name_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"names the column “Nane”, which the source lacks; it has: Name, Stage\."):
        choices(tmp_path, "Name,Stage\nA,Won\n", Nane="Opportunity")
    with pytest.raises(
        SetupError, match=r"maps “Name” to “Title”, which an import cannot fill; allowed are: Deal ID, "
    ):
        choices(tmp_path, "Name,Stage\nA,Won\n", Name="Title")
    with pytest.raises(SetupError, match=r"maps “Name” to “Flags”, which an import cannot fill"):
        choices(tmp_path, "Name,Stage\nA,Won\n", Name="Flags")
    with pytest.raises(SetupError, match=r"maps two columns to “Stage”; please keep one of them"):
        choices(tmp_path, "Name,Stage\nA,Won\n", Name="Stage", Stage="Stage")


def test_a_file_without_names_and_stages_is_refused_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"No column of deals\.csv is known as .* it has: Colour, Size\."):
        plan_text(tmp_path, "Colour,Size\nred,5\n")
