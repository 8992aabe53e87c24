"""The Import button asks which pipeline of a file is wanted, and says what came."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from xlpipeline.addin.actions import importing
from xlpipeline.errors import OtherPipelineError, PipelineError

SEVERAL = PipelineError("x.csv holds deals of several pipelines; please choose one.", ("Sales", "Partners"))


@dataclass
class Asked:
    """A click whose box gives one answer."""

    answer: str | None
    prompts: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, prompt: str, default: str = "") -> str | None:
        self.prompts.append((prompt, default))
        return self.answer


@pytest.mark.parametrize(
    ("answer", "chosen"), [("Partners", "Partners"), (" sales ", "Sales"), ("2", "Partners"), (None, None)]
)
def test_a_pipeline_is_chosen_by_name_or_number(answer: str | None, chosen: str | None) -> None:
    click = Asked(answer)
    assert importing.ask_pipeline(click, SEVERAL) == chosen  # type: ignore[arg-type]
    assert click.prompts == [("Which pipeline is this workbook for? 1 Sales; 2 Partners", "Sales")]


@pytest.mark.parametrize("answer", ["", "3", "0", "Elsewhere"])
def test_another_answer_says_which_there_are(answer: str) -> None:
    with pytest.raises(PipelineError, match="several pipelines"):
        importing.ask_pipeline(Asked(answer), SEVERAL)  # type: ignore[arg-type]


def test_where_the_workbook_holds_another_pipeline_nothing_is_asked() -> None:
    click = Asked("1")
    with pytest.raises(OtherPipelineError, match="another one"):
        importing.ask_pipeline(click, OtherPipelineError("x.csv is to bring another one."))  # type: ignore[arg-type]
    assert click.prompts == []


def test_a_preview_names_what_it_brings() -> None:
    plan = {
        "added": 3,
        "updated": 0,
        "unchanged": 1,
        "columns": [],
        "faults": [],
        "kind": "entries",
        "history_entries": 3,
    }
    assert importing.preview(Path("h.csv"), None, plan).startswith("h.csv: 3 new entries to stages, 0 updated")
    deals = {**plan, "kind": "deals", "history_entries": 9}
    assert "9 entries to stages go to the history." in importing.preview(Path("d.csv"), None, deals)
