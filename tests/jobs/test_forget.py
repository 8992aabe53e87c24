"""Forgetting a person: no byte of the file holds the name afterwards, and the rest goes on."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import NOW
from xlpipeline.errors import RequestError
from xlpipeline.hosts.file import ClosedWorkbook, apply_changes, read_book
from xlpipeline.jobs.forget import forget_file
from xlpipeline.jobs.refresh import refresh_in
from xlpipeline.model.book import ChangeSet, TableChange
from xlpipeline.model.history import read_history
from xlpipeline.model.replay import replay

pytestmark = pytest.mark.slow


def parts_with(path: Path, text: str) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return [name for name in package.namelist() if text.encode() in package.read(name)]


def test_no_byte_of_the_file_holds_the_name_and_the_history_still_gives_the_table(small_book: Path) -> None:
    frame = read_book(small_book).frame("Pipeline")
    contact = frame["Decision maker"].dropna().iloc[0]
    note = pd.Series([f"Spoke with {contact.upper()} again"], index=[3], dtype=object)
    apply_changes(small_book, ChangeSet((TableChange("Pipeline", {"Notes": note}),)))
    refresh_in(ClosedWorkbook(small_book, keep_backup=False), now=NOW)
    assert parts_with(small_book, contact)
    outcome = forget_file(small_book, contact, now=NOW, user="ann")
    assert outcome.data["cells"] >= 2
    assert parts_with(small_book, contact) == []
    assert parts_with(small_book, contact.upper()) == []
    book = read_book(small_book)
    assert book.frame("Pipeline")["Notes"][3] == "Spoke with (forgotten) again"
    history = read_history(book.frame("_History"))
    assert history.events["kind"].iloc[-1] == "forgotten"
    table = book.frame("Pipeline").dropna(subset=["Deal ID"]).set_index("Deal ID")
    told = replay(history)["Decision maker"].reindex(table.index)
    assert told.fillna("").tolist() == table["Decision maker"].fillna("").tolist()
    assert refresh_in(ClosedWorkbook(small_book), now=NOW).data["written"] is False


def test_a_copy_that_is_kept_beside_it_is_pointed_out(small_book: Path) -> None:
    contact = read_book(small_book).frame("Pipeline")["Decision maker"].dropna().iloc[0]
    small_book.with_name(small_book.name + ".bak").write_bytes(b"old")
    assert ".bak still holds the name" in forget_file(small_book, contact, now=NOW).sentences[-1]


def test_a_name_that_is_nowhere_changes_nothing(small_book: Path) -> None:
    content = small_book.read_bytes()
    outcome = forget_file(small_book, "Nobody Atall", now=NOW)
    assert outcome.sentences == ("The name does not occur in the tables of small.xlsx.",)
    assert small_book.read_bytes() == content


def test_a_rep_is_no_contact(small_book: Path) -> None:
    rep = read_book(small_book).frame("Reps")["Rep"][0]
    with pytest.raises(RequestError, match="is a rep"):
        forget_file(small_book, rep, now=NOW)
    with pytest.raises(RequestError, match="name of the person"):
        forget_file(small_book, " 7 ", now=NOW)


def test_who_typed_is_forgotten_before_the_stamp_is_told(small_book: Path) -> None:
    book = read_book(small_book)
    frame = book.frame("Pipeline")
    deal, now = frame["Deal ID"][0], NOW + dt.timedelta(hours=1)
    row = {"Deal ID": deal, "Column": "Amount", "Value": 4321.0, "At": book.names["refreshed_at"], "User": "Kim Doe"}
    row["At"] += dt.timedelta(minutes=5)
    stamp = TableChange("_Edits", {head: pd.Series([cell], dtype=object) for head, cell in row.items()})
    amount = TableChange("Pipeline", {"Amount": pd.Series([4321.0], dtype=object)})
    apply_changes(small_book, ChangeSet((stamp, amount)))
    forget_file(small_book, "Kim Doe", now=now, user="ann")
    assert parts_with(small_book, "Kim Doe") == []
    after = read_book(small_book)
    told = read_history(after.frame("_History")).events
    (found,) = told[(told["deal_id"] == deal) & (told["kind"] == "amount")].to_dict("records")
    assert (found["user"], found["not_before"], found["not_after"]) == ("(forgotten)", row["At"], row["At"])
    assert after.frame("_Edits").isna().all(axis=None)
