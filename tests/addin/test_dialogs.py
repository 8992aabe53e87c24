"""Excel's boxes: what they are given, what comes back, and what is too long for them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xlpipeline.addin import dialogs


class Boxes:
    """Stands in for Excel: keeps what it was asked, and answers what it was told to."""

    def __init__(self, answer: object, *names: str) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer = answer
        self.api = SimpleNamespace(**dict.fromkeys(names, self._ask))

    def _ask(self, **given: Any) -> object:  # noqa: ANN401
        self.asked.append(given)
        return self.answer

    def alert(self, prompt: str, title: str, buttons: str, mode: str) -> object:
        return self._ask(prompt=prompt, title=title, buttons=buttons, mode=mode)


def as_app(boxes: Boxes) -> Any:  # noqa: ANN401
    return boxes


@pytest.fixture(autouse=True)
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")


def test_a_message_has_one_button_and_trouble_looks_like_trouble() -> None:
    boxes = Boxes("ok")
    dialogs.tell(as_app(boxes), "Done.", "Refresh metrics")
    dialogs.tell(as_app(boxes), "No.", "Refresh metrics", is_trouble=True)
    assert [(one["buttons"], one["mode"]) for one in boxes.asked] == [("ok", "info"), ("ok", "critical")]
    assert (boxes.asked[0]["prompt"], boxes.asked[0]["title"]) == ("Done.", "Refresh metrics")


@pytest.mark.parametrize(("answer", "yes"), [("yes", True), ("no", False), ("cancel", False)])
def test_only_yes_is_yes(answer: str, yes: bool) -> None:
    assert dialogs.confirm(as_app(Boxes(answer)), "Import it?", "Import") is yes


def test_the_question_is_never_cut_off() -> None:
    boxes = Boxes("yes")
    assert dialogs.confirm(as_app(boxes), "Import it?", "Import", "column\n" * 400)
    assert boxes.asked[0]["prompt"].endswith("column\n…\n\nImport it?")
    assert len(boxes.asked[0]["prompt"]) <= dialogs.MESSAGE_LIMIT


def test_a_text_box_asks_for_text_and_shows_the_default() -> None:
    boxes = Boxes("Proposal", "InputBox")
    assert dialogs.ask_text(as_app(boxes), "To which stage?", "Advance stage", "Offer") == "Proposal"
    assert boxes.asked == [{"Prompt": "To which stage?", "Title": "Advance stage", "Default": "Offer", "Type": 2}]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (False, None),
        (None, None),
        ("", ""),
        ("False", "False"),
        ("  Monday review ", "Monday review"),
        (12.0, "12"),
        ("=1+1", "1+1"),
        ('="Boss said ""go"""', 'Boss said "go"'),
        ("==x", "x"),
        ("a = b", "a = b"),
    ],
)
def test_what_was_typed_is_text_and_never_a_formula(answer: object, text: str | None) -> None:
    assert dialogs.plain_text(answer) == text


def test_a_prompt_fits_into_excels_box() -> None:
    boxes = Boxes("x", "InputBox")
    dialogs.ask_text(as_app(boxes), "stage, " * 100, "Advance stage")
    prompt = boxes.asked[0]["Prompt"]
    assert len(prompt) <= 255
    assert prompt.endswith("stage, …")


def test_a_text_that_fits_is_left_alone_and_one_that_does_not_is_cut_at_a_line() -> None:
    assert dialogs.shortened("a" * 10, 10) == "a" * 10
    assert dialogs.shortened("a" * 11, 10) == "a" * 8 + " …"
    assert dialogs.shortened("first line\nsecond line\nthird line", 30) == "first line\nsecond line\n…"
    assert dialogs.shortened("one two three four", 15) == "one two …"
    for limit in range(4, 40):
        assert len(dialogs.shortened("several words\nand several lines\nof text", limit)) <= limit


def test_a_file_box_offers_kinds_of_file_and_gives_a_path() -> None:
    boxes = Boxes("C:/data/deals.csv", "GetOpenFilename", "GetSaveAsFilename")
    types = (("Deals", "*.csv;*.xlsx"), ("All files", "*.*"))
    assert dialogs.ask_open_file(as_app(boxes), "Import", types) == Path("C:/data/deals.csv")
    assert boxes.asked[0] == {
        "FileFilter": "Deals (*.csv;*.xlsx),*.csv;*.xlsx,All files (*.*),*.*",
        "Title": "Import",
    }
    assert dialogs.ask_save_file(as_app(boxes), "New", "EMEA.xlsx", types[:1]) == Path("C:/data/deals.csv")
    assert boxes.asked[1]["InitialFileName"] == "EMEA.xlsx"


@pytest.mark.parametrize("answer", [False, None, "", " "])
def test_a_cancelled_file_box_gives_nothing(answer: object) -> None:
    boxes = Boxes(answer, "GetOpenFilename", "GetSaveAsFilename")
    assert dialogs.ask_open_file(as_app(boxes), "Import", ()) is None
    assert dialogs.ask_save_file(as_app(boxes), "New", "x.xlsx", ()) is None


def test_macos_has_boxes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    boxes = Boxes("/Users/ann/deals.csv", "input_box", "get_open_filename", "get_save_as_filename")
    app = as_app(boxes)
    assert dialogs.ask_text(app, "Label?", "Take snapshot") == "/Users/ann/deals.csv"
    assert boxes.asked[0] == {"prompt": "Label?", "title": "Take snapshot", "default": "", "type": 2}
    assert dialogs.ask_open_file(app, "Import", ()) == Path("/Users/ann/deals.csv")
    assert dialogs.ask_save_file(app, "New", "EMEA.xlsx", ()) == Path("/Users/ann/deals.csv")
    assert boxes.asked[2] == {"initial_filename": "EMEA.xlsx", "button_text": "Save"}
