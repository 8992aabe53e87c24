"""Status words: known ones in any language, unknown ones asked for and remembered, and deals that were reopened."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.importers.books import after
from tests.importers.exports.told import brought, by_id, plan_of, previews, source_of, team_book
from xlpipeline.errors import SetupError
from xlpipeline.importers.mapping_file import MappingChoices
from xlpipeline.importers.systems import system_of
from xlpipeline.model.applied import with_frame
from xlpipeline.model.book import Book

DAY = dt.date
HEADS: list[object] = [
    "Deal - ID", "Deal - Title", "Deal - Owner", "Deal - Value", "Deal - Stage", "Deal - Status", "Deal - Won time",
    "Deal - Lost time", "Deal - Lost reason",
]  # fmt: skip


def row(name: str, status: str, won: str = "", lost: str = "", reason: str = "") -> list[object]:
    return [name, name, "Ann", 100, "Proposal", status, won, lost, reason]


def answered(of: Book, word: str, to: str) -> Book:
    """The book after a person has filled To beside a word in Mappings."""
    frame = of.frame("Mappings").copy()
    frame.loc[frame["From"] == word, "To"] = to
    return with_frame(of, "Mappings", frame)


@pytest.mark.parametrize(
    ("open_word", "won", "lost"),
    [
        ("Open", "Won", "Lost"),
        ("Offen", "Gewonnen", "Verloren"),
        ("Ouvert", "Gagné", "Perdu"),
        ("Abierto", "Ganado", "Perdido"),
        ("Aberto", "Ganho", "Perdido"),
        ("Aperto", "Vinto", "Perso"),
        ("Open", "Gewonnen", "Verloren"),
    ],
)
def test_status_words_of_the_main_languages_are_known(tmp_path: Path, open_word: str, won: str, lost: str) -> None:
    rows = [HEADS, row("1", open_word), row("2", won, won="2026-02-01"), row("3", lost, lost="2026-02-02")]
    before = team_book()
    plan = plan_of(tmp_path, rows, before)
    found = by_id(after(before, plan))
    assert [found[one]["Stage"] for one in "123"] == ["Proposal", "Won", "Lost"]
    assert [found[one].get("Actual close") for one in "123"] == [None, DAY(2026, 2, 1), DAY(2026, 2, 2)]
    assert plan.faults == ()


def test_an_unknown_status_word_is_told_and_asked_for_and_its_close_is_kept(tmp_path: Path) -> None:
    rows = [HEADS, row("1", "Voitettu", won="2026-02-01"), row("2", "voitettu", "2026-02-03", "2026-01-03"),
            row("3", "")]  # fmt: skip
    plan = plan_of(tmp_path, rows, team_book())
    done = after(team_book(), plan)
    assert [(one.row, one.column, one.wrong.partition(", so")[0]) for one in plan.faults] == [
        (2, "Deal - Status", "Status “Voitettu” is not known"),
        (3, "Deal - Status", "Status “voitettu” is not known"),
    ]
    asked = done.frame("Mappings")
    assert asked.loc[asked["Kind"] == "Status", "From"].tolist() == ["Voitettu"]
    found = by_id(done)
    assert [found[one].get("Actual close") for one in "123"] == [DAY(2026, 2, 1), DAY(2026, 2, 3), None]
    assert {found[one]["Stage"] for one in "123"} == {"Proposal"}


@pytest.mark.slow
def test_an_answer_in_mappings_or_in_the_mapping_file_decides_the_word(tmp_path: Path) -> None:
    rows = [HEADS, row("1", "Voitettu", won="2026-02-01")]
    asked = brought(tmp_path, rows)
    for answer in ("won", "Gewonnen"):
        answered_book = answered(asked, "Voitettu", answer)
        plan = plan_of(tmp_path, rows, answered_book)
        assert by_id(after(answered_book, plan))["1"]["Stage"] == "Won"
        assert plan.faults == ()
    reopened = by_id(brought(tmp_path, rows, answered(asked, "Voitettu", "open")))["1"]
    assert (reopened["Stage"], reopened.get("Actual close")) == ("Proposal", None)
    nonsense = plan_of(tmp_path, rows, answered(asked, "Voitettu", "perhaps"))
    assert [one.row for one in nonsense.faults] == [2]
    told = MappingChoices(values={"Status": {"Voitettu": "won"}})
    first = after(team_book(), plan_of(tmp_path, rows, team_book(), choices=told))
    assert by_id(brought(tmp_path, rows, first))["1"]["Stage"] == "Won"
    with pytest.raises(SetupError, match=r"values\.Account"):
        plan_of(tmp_path, rows, team_book(), choices=MappingChoices(values={"Account": {"a": "b"}}))


def test_deleted_deals_are_left_out_with_a_note(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [HEADS, row("1", "Deleted"), row("2", "Open")], team_book())
    assert (plan.added, plan.faults) == (1, ())
    assert "1 deal is deleted in Pipedrive and was left out." in plan.notes


def test_a_reopened_deal_has_no_actual_close_and_no_lost_reason(tmp_path: Path) -> None:
    lost = brought(tmp_path, [HEADS, row("1", "Lost", lost="2026-02-01", reason="Price")])
    assert by_id(lost)["1"].keys() >= {"Actual close", "Lost reason", "Last stage before loss"}
    few = [[one for at, one in enumerate(line) if at not in {7, 8}] for line in (HEADS, row("1", "Open"))]
    for rows in ([HEADS, row("1", "Open")], few):
        reopened = by_id(brought(tmp_path, rows, lost))["1"]
        assert not reopened.keys() & {"Actual close", "Lost reason", "Last stage before loss"}
        assert reopened["Stage"] == "Proposal"
    still = by_id(brought(tmp_path, [HEADS, row("1", "Lost", lost="2026-02-01")], lost))["1"]
    assert still["Lost reason"] == "Price"


def test_odoos_reopened_deal_has_no_actual_close_either(tmp_path: Path) -> None:
    heads: list[object] = [
        "External ID", "Opportunity", "Stage", "Expected Revenue", "Expected Closing", "Closed Date", "Active",
        "Lost Reason", "Probability",
    ]  # fmt: skip
    lost = brought(tmp_path, [heads, ["x", "A", "Proposal", 100, "2026-12-01", "2026-02-01", "False", "Price", 0]])
    assert by_id(lost)["x"]["Lost reason"] == "Price"
    rows = [heads, ["x", "A", "Proposal", 100, "2026-12-01", "", "True", "", 20]]
    assert not by_id(brought(tmp_path, rows, lost))["x"].keys() & {"Actual close", "Lost reason"}
    other: list[list[object]] = [["ID", "Name", "Stage", "Status"], ["x", "A", "Proposal", "open"]]
    assert by_id(brought(tmp_path, other, lost))["x"]["Lost reason"] == "Price"


def test_the_last_stage_of_espocrm_is_of_lost_deals_only(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Name", "Stage", "Last Stage", "Amount"], ["A", "Lost", "Proposal", 1], ["B", "Proposal", "Proposal", 2],
        ["C", "Won", "Proposal", 3],
    ]  # fmt: skip
    deals = by_id(brought(tmp_path, rows)).values()
    assert [one.get("Last stage before loss") for one in deals] == ["Proposal", None, None]


# ---------------------------------------------------------------- Pipedrive in other languages

GERMAN = [
    "Deal - ID", "Deal - Titel", "Deal - Besitzer", "Deal - Wert", "Deal - Währung von Wert", "Deal - Organisation",
    "Deal - Pipeline", "Deal - Phase", "Deal - Status", "Deal - Deal erstellt", "Deal - Gewonnen-Zeit",
    "Deal - Verloren-Zeit", "Deal - Erwartetes Abschlussdatum", "Deal - Verlustgrund",
]  # fmt: skip
FRENCH = [
    "Affaire - ID", "Affaire - Titre", "Affaire - Propriétaire", "Affaire - Valeur", "Affaire - Devise de valeur",
    "Affaire - Organisation", "Affaire - Pipeline", "Affaire - Étape", "Affaire - Statut", "Affaire - Affaire créée",
    "Affaire - Date de gain", "Affaire - Date de perte", "Affaire - Date de clôture prévue",
    "Affaire - Raison de la perte",
]  # fmt: skip
PORTUGUESE = [
    "Negócio - ID", "Negócio - Título", "Negócio - Proprietário", "Negócio - Valor", "Negócio - Moeda de Valor",
    "Negócio - Organização", "Negócio - Funil", "Negócio - Etapa", "Negócio - Status", "Negócio - Negócio criado em",
    "Negócio - Ganho em", "Negócio - Data de perda", "Negócio - Data de fechamento esperada",
    "Negócio - Motivo da perda",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("heads", [GERMAN, FRENCH, PORTUGUESE])
def test_pipedrive_in_the_users_language_comes_in_whole(tmp_path: Path, heads: list[str]) -> None:
    rows: list[list[object]] = [
        [*heads],
        ["1", "A", "Ann", 1000, "EUR", "Acme", "Main", "Proposal", "Offen", "2026-01-05", "", "", "2026-04-01", ""],
        ["2", "B", "Bo", 2000, "EUR", "Beta", "Main", "Proposal", "Gagné", "2026-01-05", "2026-02-02", "", "", ""],
        ["3", "C", "Bo", 3000, "EUR", "Beta", "Main", "Proposal", "Perdido", "2026-01-05", "", "2026-02-03", "", "P"],
    ]
    plan = plan_of(tmp_path, rows, team_book())
    found = by_id(after(team_book(), plan))
    assert found["1"] == {
        "Deal ID": "1", "Opportunity": "A", "Owner": "Ann", "Amount": 1000.0, "Currency": "EUR", "Account": "Acme",
        "Stage": "Proposal", "Created": DAY(2026, 1, 5), "Expected close": DAY(2026, 4, 1),
    }  # fmt: skip
    assert (found["2"]["Stage"], found["2"]["Actual close"]) == ("Won", DAY(2026, 2, 2))
    assert (found["3"]["Stage"], found["3"]["Actual close"], found["3"]["Lost reason"]) == (
        "Lost", DAY(2026, 2, 3), "P",
    )  # fmt: skip
    assert (plan.system, plan.pipeline, plan.faults, plan.notes) == ("Pipedrive", "Main", (), ())
    assert previews(plan)[heads[6]] == ""


def test_an_export_in_a_language_that_is_not_known_says_what_is_missing(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Deal - ID", "Deal - Otsikko", "Deal - Omistaja", "Deal - Stage", "Deal - Status"],
        ["1", "A", "Ann", "Proposal", "Open"],
    ]
    notes = plan_of(tmp_path, rows, team_book()).notes
    assert any("known as Pipedrive's Title; Owner; Won time, Lost time or Deal closed on." in note for note in notes)


def test_a_list_of_activities_in_another_language_is_no_table_of_deals(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Atividade - Assunto", "Negócio - Título", "Negócio - ID"], ["Call", "A", "1"]]
    assert system_of(source_of(tmp_path, rows)).name == ""
