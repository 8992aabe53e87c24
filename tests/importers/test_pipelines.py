"""One workbook holds one pipeline of each system, remembers which, and says what becomes of rows that name none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.books import after, table
from tests.importers.exports import pipedrive
from tests.importers.exports.told import by_id, plan_of, team_book
from xlpipeline.errors import OtherPipelineError, PipelineError
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book
from xlpipeline.model.schema import MAPPINGS

ZOHO: list[object] = ["Record Id", "Deal Name", "Stage", "Pipeline"]


def zoho(*pipelines: str) -> list[list[object]]:
    rows: list[list[object]] = [[f"zcrm_{at}", f"Deal {at}", "Proposal", name] for at, name in enumerate(pipelines)]
    return [ZOHO, *rows]


def holding(system: str, pipeline: str) -> Book:
    row = {"Kind": "pipeline", "From": system, "To": pipeline}
    return with_frame(team_book(), "Mappings", table(MAPPINGS, [row]).frame)


def held(of: Book) -> list[tuple[object, object]]:
    frame = of.frame("Mappings")
    rows = frame[frame["Kind"] == "pipeline"]
    return list(zip(rows["From"], rows["To"], strict=True))


def test_the_only_pipeline_and_the_chosen_one_are_remembered(tmp_path: Path) -> None:
    only = after(team_book(), plan_of(tmp_path, zoho("Standard", "Standard"), team_book()))
    assert held(only) == [("Zoho", "Standard")]
    chosen = after(team_book(), plan_of(tmp_path, zoho("A", "B", "B"), team_book(), pipeline="a"))
    assert held(chosen) == [("Zoho", "A")]
    other: list[list[object]] = [["Name", "Stage", "Pipeline"], ["A", "Won", "X"]]
    assert held(after(team_book(), plan_of(tmp_path, other, team_book()))) == [("any other table", "X")]
    assert held(after(team_book(), plan_of(tmp_path, zoho("", ""), team_book()))) == []


def test_another_pipeline_is_refused_with_both_names(tmp_path: Path) -> None:
    book = holding("Zoho", "Standard")
    with pytest.raises(OtherPipelineError, match=r"holds the pipeline Standard of Zoho, and .* another one: B \(1\)"):
        plan_of(tmp_path, zoho("B"), book)
    with pytest.raises(OtherPipelineError, match=r"another one: B\. Please import it into a workbook of its own"):
        plan_of(tmp_path, zoho("B", "Standard"), book, pipeline="B")
    with pytest.raises(PipelineError, match=r"A \(1\), B \(1\)"):
        plan_of(tmp_path, zoho("A", "B"), book)


def test_the_remembered_pipeline_is_taken_without_asking_again(tmp_path: Path) -> None:
    book = holding("Zoho", "standard")
    for wanted in ("", "Standard"):
        plan = plan_of(tmp_path, zoho("B", "Standard"), book, pipeline=wanted)
        assert (plan.added, plan.pipeline) == (1, "Standard")
        assert "1 row of other pipelines than Standard left out." in plan.notes
        assert held(after(book, plan)) == [("Zoho", "standard")]


def test_each_system_has_a_pipeline_of_its_own(tmp_path: Path) -> None:
    book = holding("Zoho", "Standard")
    done = after(book, plan_of(tmp_path, pipedrive.deals(), book))
    assert held(done) == [("Zoho", "Standard"), ("Pipedrive", "Sales")]
    assert plan_of(tmp_path, zoho("", ""), book).added == 2


def test_teams_are_remembered_only_when_one_was_chosen(tmp_path: Path) -> None:
    heads: list[object] = ["External ID", "Opportunity", "Stage", "Expected Revenue", "Expected Closing", "Sales Team"]
    rows = [heads, ["1", "A", "Proposal", 1, "", "Direct"], ["2", "B", "Proposal", 2, "", "Partners"]]
    assert held(after(team_book(), plan_of(tmp_path, rows[:2], team_book()))) == []
    chosen = after(team_book(), plan_of(tmp_path, rows, team_book(), pipeline="Partners"))
    assert held(chosen) == [("Odoo", "Partners")]
    assert list(by_id(after(chosen, plan_of(tmp_path, rows, chosen)))) == ["2"]


def test_rows_without_a_pipeline_come_along_and_are_told(tmp_path: Path) -> None:
    one = plan_of(tmp_path, zoho("Standard", "", ""), team_book())
    assert (one.added, one.pipeline) == (3, "Standard")
    assert "2 rows name no pipeline and came along with Standard." in one.notes
    chosen = plan_of(tmp_path, zoho("Standard", "", "B"), team_book(), pipeline="Standard")
    assert chosen.added == 2
    assert "1 row names no pipeline and came along with Standard." in chosen.notes
    assert "1 row of other pipelines than Standard left out." in chosen.notes
    assert not any("no pipeline" in note for note in plan_of(tmp_path, zoho("", ""), team_book()).notes)
