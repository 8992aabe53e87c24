"""The tab Deal guide: what it shows of the deal that is chosen, and of none."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.metrics.logged_team import team
from tests.metrics.small_team import day, in_play, won
from tests.tabs.dashboard_laws import CASES, check_cells_are_plain, check_nothing_collides, check_same, frames_of, shown
from xlpipeline.model.book import Book, BookTable
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import behind, deal_guide, guide_formulas
from xlpipeline.tabs.deal_guide import TAB
from xlpipeline.tabs.layout import TableBlock

CRITERIA_HEADS = ("Stage", "Direction", "ID", "Text", "Kind", "Argument 1", "Blocking")
CRITERIA = [("Offer", "exit", "sent", "The proposal was sent.", "filled", "Proposal sent on", "Y")]
PLAYBOOK = (("Offer", "Send it.", "Template", "Is it clear?", "Call; Meeting"),)
CADENCE = (("Offer", 0, "Call", "Ask"), ("Offer", 2, "Call", "Ask again"))
LOG = [("2026-03-27", "D1", "Call")]


def small(choice: str = "") -> Facts:
    deal = in_play(Account="Acme") | {"Stage since": day("2026-03-27"), "Created": day("2026-03-01")}
    facts = team([won(), deal, in_play(Owner="Bob", Stage="Prospect")], LOG, cadence=CADENCE, playbook=PLAYBOOK)
    criteria = pd.DataFrame(CRITERIA, columns=list(CRITERIA_HEADS), dtype=object)
    tables = {**facts.book.tables, "Criteria": BookTable("Criteria", "Process", 4, 2, criteria)}
    return replace(facts, book=Book(tables, {guide_formulas.DEAL: choice}))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_it_fills_plain_cells_whatever_the_data(case: str) -> None:
    changes = TAB.fill(CASES[case]())
    check_cells_are_plain(changes)
    again = CASES[case]()
    check_same(changes, TAB.fill(again.only(again.deals.sample(frac=1, random_state=1))))
    check_nothing_collides(TAB, changes)


def test_every_table_of_the_layout_is_filled_and_every_formula_column_has_its_formula() -> None:
    written = {change.table: set(change.columns) for change in TAB.fill(small()).tables}
    tables = [block.table for block in TAB.blocks if isinstance(block, TableBlock)]
    assert set(written) == {table.name for table in (*tables, deal_guide.DEALS, deal_guide.NOW)}
    for table in (*tables, deal_guide.NOW):
        assert written[table.name] == set(table.heads)
        live = {column.name for column in table.columns if column.writer == "formula"}
        assert live == set(deal_guide.TABLE_FORMULAS[table.name])
    assert deal_guide.NOW in behind.TABLES


def test_open_deals_are_offered_by_owner() -> None:
    assert frames_of(TAB.fill(small()))["GuideDeals"]["Deal"].tolist() == [
        "D1 · Acme · Deal 1 (Ann)",
        "D2 · Deal 2 (Bob)",
    ]


@pytest.mark.parametrize("choice", ["", "–", "D0 · Deal 0 (Ann)", "d1 · ACME · Deal 1 (Ann)"])
def test_the_first_deal_is_shown_until_one_is_chosen(choice: str) -> None:
    frames = frames_of(TAB.fill(small(choice)))
    now = frames["GuideNow"].iloc[0]
    assert now[["Deal ID", "Row", "Stage", "Since"]].tolist() == ["D1", 2, "Offer", 46108]
    assert frames["GuideSteps"].iloc[0].tolist() == [1, "Send it.", "Template", "Is it clear?"]
    assert frames["GuideActivities"][["Activity", "Logged", "State"]].to_numpy().tolist()[:3] == [
        ["Call", 1, "done"],
        ["Meeting", 0, "missing"],
        [None, None, None],
    ]
    assert frames["GuideCriteria"].iloc[0].tolist() == [1, "The proposal was sent.", "sent"]
    assert frames["GuideCadence"][["Due", "State", "Turn"]].to_numpy().tolist()[:3] == [
        [day("2026-03-27"), "done", 1],
        [day("2026-03-31"), "today", 2],
        [None, None, None],
    ]


@pytest.mark.parametrize(
    ("choice", "label"), [("–", "D1 · Acme · Deal 1 (Ann)"), ("d2 · deal 2 (bob)", "D2 · Deal 2 (Bob)")]
)
def test_a_line_beside_the_choice_names_the_deal_that_is_shown(choice: str, label: str) -> None:
    changes = TAB.fill(small(choice))
    assert changes.names[deal_guide.SHOWN].cached == f"Shown: {label}"  # type: ignore[attr-defined]
    assert guide_formulas.DEAL not in changes.names


def test_another_deal_is_shown_when_it_is_chosen() -> None:
    changes = TAB.fill(small("D2 · Deal 2 (Bob)"))
    assert shown(changes, "guide_stage")[0] == "Prospect"
    assert frames_of(changes)["GuideSteps"]["Step"].tolist() == [None] * guide_formulas.PLAYBOOK_ROWS


def test_without_an_open_deal_nothing_is_shown() -> None:
    frames = frames_of(TAB.fill(team([won()])))
    assert frames["GuideDeals"]["Deal"].tolist() == [None]
    assert frames["GuideNow"]["Row"].tolist() == [0]
