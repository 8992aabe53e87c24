"""From source to result: leads, opportunities, what was won, and why the rest ended."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from tests.metrics.small_team import Q1, derailed, in_play, lost, won
from xlpipeline.metrics.lead_sources import by_source, disqualify_reasons, loss_reasons, total
from xlpipeline.metrics.wilson import wilson
from xlpipeline.model.book import BookTable
from xlpipeline.model.facts import read_facts

LEADS = [converted(), lead(), turned_down(), lead(Source="Ads", Status="qualified")]
DEALS = [won(amount=300, Source="Ads"), won(amount=100), lost(Source="Ads"), derailed(Source="ads"), in_play(50)]


def test_each_source_has_its_leads_and_opportunities() -> None:
    found = by_source(lead_facts(LEADS, DEALS)).set_index("source")
    assert found.index.tolist() == ["Ads", "Referral", "(no source)"] or found.index[0] == "Ads"
    ads = found.loc["Ads"]
    counts = ("leads", "qualified_leads", "converted", "disqualified", "opportunities", "won", "lost", "open")
    assert [ads[head] for head in counts] == [1, 1, 0, 0, 3, 1, 2, 0]
    assert ads["won_amount"] == 300 * 100


def test_a_deal_without_a_source_belongs_to_that_of_its_lead() -> None:
    found = by_source(lead_facts([converted()], [won()])).set_index("source")
    assert found.loc["Referral", "won"] == 1


def test_a_share_needs_five_closed_deals() -> None:
    four = by_source(lead_facts((), [won(Source="Ads")] * 2 + [lost(Source="Ads")] * 2)).iloc[0]
    assert math.isnan(four["rate"])
    assert four["note"] == "2 of 4 closed deals won: too few for a share."
    five = by_source(lead_facts((), [won(Source="Ads")] * 2 + [lost(Source="Ads")] * 3)).iloc[0]
    assert (five["rate"], five["low"], five["high"]) == (0.4, *wilson(2, 5))


def test_all_sources_add_up() -> None:
    facts = lead_facts(LEADS, DEALS)
    everything, found = total(facts), by_source(facts)
    for head in ("leads", "converted", "disqualified", "opportunities", "won", "lost", "open", "won_amount"):
        assert everything[head] == found[head].sum()


def test_the_window_is_that_of_the_day_they_came_in() -> None:
    facts = lead_facts([lead("2025-12-31"), lead("2026-01-01")], [won(created="2025-12-31"), won(created="2026-01-01")])
    assert (total(facts, Q1)["leads"], total(facts, Q1)["opportunities"]) == (1, 1)
    assert (total(facts)["leads"], total(facts)["opportunities"]) == (2, 2)


def test_reasons_are_counted_per_source_the_most_frequent_first() -> None:
    deals = [(lost(Source="Ads") | {"Lost reason": reason}) for reason in ("Price", "Price", "Timing", None)]
    found = loss_reasons(lead_facts((), [*deals, (lost(Source="Web") | {"Lost reason": "Price"}), won()]))
    rows = list(zip(found["source"], found["reason"], found["deals"], found["share"], strict=True))
    assert rows == [("Ads", "Price", 2, 0.5), ("Ads", "(no reason)", 1, 0.25), ("Ads", "Timing", 1, 0.25),
                    ("Web", "Price", 1, 1.0)]  # fmt: skip


def test_spellings_of_a_source_share_their_reasons() -> None:
    ended = {"Lost reason": "Price"}
    facts = lead_facts(
        [turned_down(Source="Web"), turned_down(Source="web ")],
        [lost(Source="web") | ended, lost(Source="WEB") | ended],
    )
    for found in (loss_reasons(facts), disqualify_reasons(facts)):
        assert found[["source", "deals"]].to_numpy().tolist() == [["WEB", 2]]
    assert by_source(facts)[["source", "leads", "lost"]].to_numpy().tolist() == [["WEB", 2, 2]]


def test_a_source_is_spelled_as_the_list_of_sources_has_it() -> None:
    facts = lead_facts([lead(Source="Web"), lead(Source=None), lead(Source="(No Source)")])
    listed = BookTable("Sources", "Lists", 4, 2, pd.DataFrame([["web"]], columns=["Source"], dtype=object))
    facts = read_facts(replace(facts.book, tables={**facts.book.tables, "Sources": listed}), facts.as_of)
    assert by_source(facts)["source"].tolist() == ["(no source)", "web"]


def test_disqualified_leads_have_reasons_of_their_own() -> None:
    found = disqualify_reasons(lead_facts([turned_down(), turned_down(**{"Disqualified reason": None}), lead()]))
    assert found["reason"].tolist() == ["(no reason)", "No need"]
    assert disqualify_reasons(lead_facts([lead()])).empty
