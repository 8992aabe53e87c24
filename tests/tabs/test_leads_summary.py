"""The tabs Leads, Leads summary and Marketing view: layout, and the cells that a few leads give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tests.metrics.small_leads import converted, lead, lead_facts, turned_down
from tests.metrics.small_team import facts_of, in_play, lost, won
from tests.tabs.dashboard_laws import CASES, check_everything, check_formulas_are_old, choosing, frames_of, shown
from xlpipeline.model.book import NOT_AVAILABLE, ChangeSet
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import leads, leads_summary, leads_summary_cards, leads_summary_tables, marketing_view

ANSWERED = {"First response": dt.date(2026, 3, 3)}


def some_leads() -> Facts:
    """Nine decided leads (four converted), two that wait; four closed deals, costs, marks and an objection."""
    return lead_facts(
        [
            *[converted(**ANSWERED)] * 4,
            *[turned_down(**ANSWERED, Source="Ads")] * 5,
            lead("2026-03-02", Industry="Software", **{"E-mails answered": 3}),
            lead("2026-03-30", Source=None),
        ],
        [
            *[won(Source="Ads")] * 3,
            (lost(Source="Ads", Objection="Price") | {"Lost reason": "Price"}),
            (in_play(Budget=2, Objection="Price") | {"Deal timing": 5}),
        ],
        costs=[("2026-02-10", "Ads", 800), ("2026-02-10", "Events", 100)],
    )


def many_leads_deals() -> list[dict[str, object]]:
    return [in_play(Objection=f"Objection {n}", Source=f"Source {n:02}") for n in range(40)]


def many_leads() -> Facts:
    """More sources, months, reps and objections than the tables show."""
    return lead_facts(
        [lead(Source=f"Source {n:02}", Owner=f"Rep {n:02}", **{"Page views": n}) for n in range(40)],
        many_leads_deals(),
        costs=[(f"{2024 + n // 12}-{n % 12 + 1:02}-01", f"Source {n:02}", 10) for n in range(26)],
    )


ALL = CASES | {"some leads": some_leads, "many leads": many_leads}


@pytest.mark.parametrize("case", ["some leads", "many leads", "no deal", "five deals", "fifteen stages", "long names"])
@pytest.mark.parametrize("tab", [leads_summary.TAB, marketing_view.TAB], ids=lambda tab: tab.name)
def test_what_holds_for_every_dashboard(tab: object, case: str) -> None:
    make: Callable[[], Facts] = ALL[case]
    check_everything(tab, make)  # type: ignore[arg-type]


def test_tints_use_functions_that_every_spreadsheet_has() -> None:
    for tab in (leads_summary.TAB, marketing_view.TAB):
        check_formulas_are_old(tab)


@pytest.mark.slow
def test_cards_show_figures_with_n_and_their_reasons() -> None:
    changes = leads_summary.fill(some_leads())
    assert shown(changes, "leads_new") == (11, "2 leads are open now", "n = 11 · lead_sources")
    assert shown(changes, "leads_rate")[0] == 4 / 9
    assert shown(changes, "leads_response")[0] == 1
    assert shown(changes, "leads_cost") == (900 / 4, "1 full month with costs", "n = 4 · cost_per_opportunity")
    empty = leads_summary.fill(lead_facts())
    assert shown(empty, "leads_rate")[:2] == ("n/a", "No lead came in")


@pytest.mark.slow
def test_the_sentence_says_who_waits() -> None:
    names = leads_summary.fill(some_leads()).names
    assert str(names["leads_says"]).startswith(
        "Team: 2 open leads wait for a first answer, 1 for longer than 1 business day;"
    )
    assert leads_summary.fill(lead_facts()).names["leads_says"].startswith("No lead is entered yet")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([lead("2026-03-31")], "Team: 1 open lead waits for a first answer."),
        ([lead(None)] * 2, "Team: 2 open leads wait for a first answer."),
        ([lead(**ANSWERED)] * 2, "Team: every open lead has been answered."),
        ([turned_down()], "Team: no lead is open."),
    ],
)
def test_every_open_lead_has_been_answered_only_where_none_waits(rows: list[dict[str, object]], says: str) -> None:
    assert leads_summary_cards.leads_say(lead_facts(rows)) == says


def test_the_card_says_how_many_leads_the_response_leaves_out() -> None:
    facts = lead_facts([*[lead(**ANSWERED)] * 5, turned_down(), turned_down(Owner="Bob")])
    notes = [leads_summary_cards.cards_of(facts, rep)[2].note for rep in ("", "Ann")]
    assert notes == ["business days: half are answered (2 left out)", "business days: half are answered (1 left out)"]


def test_tables_hold_what_the_metrics_say() -> None:
    frames = frames_of(leads_summary.fill(some_leads()))
    cohort = frames["LeadCohorts"].iloc[0]
    assert (cohort["Leads"], cohort["Converted"], cohort["Undecided"]) == (11, 4, 2)
    sources = frames["LeadSources"].set_index("Source")
    assert sources.loc["Ads", "Cost each"] == 200
    assert sources.loc["Events", "Cost each"] == NOT_AVAILABLE
    assert sources.loc["Referral", "Rate"] == NOT_AVAILABLE  # 4 decided leads are too few
    assert frames["WaitingLeads"]["Waits"].tolist() == [21]
    assert frames["ObjectionCounts"].iloc[0].tolist() == ["Price", 2, 1, 0, 1, "Qualified 1, Offer 1"]
    stages = frames["QualificationByStage"].set_index("Stage")
    assert stages.loc["Offer", ["With marks", "Qualification", "Deal score"]].tolist() == [1, 100, 100]
    assert stages.loc["Prospect", "Note"] == "No open deal."
    reps = frames["LeadReps"].set_index("Rep")
    assert reps.loc["Ann", ["Open deals", "Open leads", "Load"]].tolist() == [1, 2, 0.3]


def two_reps() -> Facts:
    """The leads above are Ann's; Bob, without a capacity, has six: three decided, and Zoe, no rep, one."""
    bobs = {"Owner": "Bob", "Source": "Ads"}
    return lead_facts(
        [
            *[converted(**ANSWERED)] * 4,
            *[turned_down(**ANSWERED, Source="Ads")] * 5,
            converted(**bobs),
            *[turned_down("2025-12-31", **bobs)] * 2,
            *[lead(**bobs, **{"E-mails answered": n}) for n in (1, 2, 3)],
            *[lead(**{"E-mails answered": 0}) for _ in range(8)],
            lead(Owner="Zoe", Source="Fair"),
        ],
        [
            in_play(Budget=2, Objection="Price"),
            in_play(Owner="Bob", Objection="price"),
            in_play(Owner="Bob", Objection="Trust", Stage="Prospect"),
        ],
        costs=[("2026-02-10", "Ads", 800)],
    )


def of_the_rep(rep: str) -> ChangeSet:
    return leads_summary.fill(choosing(two_reps(), leads_summary.FILTER, rep))


@pytest.mark.slow
def test_cards_follow_the_rep_and_costs_stay_with_the_team() -> None:
    bob = of_the_rep("bob")
    assert shown(bob, "leads_new") == (6, "3 leads are open now", "n = 6 · lead_sources")
    assert shown(bob, "leads_rate") == (
        "n/a",
        "1 of 3 decided leads converted: too few for a rate",
        "n = 3 · lead_conversion",
    )
    assert shown(bob, "leads_cost") == ("team only", "Costs are the team's: choose Team", "cost_per_opportunity")
    assert shown(bob, "leads_load")[:2] == ("n/a", "No capacity is entered in Reps on Team")
    ann = of_the_rep("Ann")
    assert shown(ann, "leads_rate")[0] == 4 / 9
    assert shown(ann, "leads_load")[:2] == (0.9, "1 open deal and 8 leads, capacity 10")
    assert shown(of_the_rep("Zoe"), "leads_new")[0] == 1
    assert shown(of_the_rep("Nobody"), "leads_new") == ("–", "–", "–")


@pytest.mark.slow
def test_tables_follow_the_rep_in_the_rows_of_the_team() -> None:
    team, bob = frames_of(of_the_rep("Team")), frames_of(of_the_rep("Bob"))
    heads = ["Quarter", "Leads", "Converted", "Disqualified", "Undecided", "Note"]
    assert bob["LeadCohorts"][heads].to_numpy().tolist() == [
        ["2025 Q4", 2, 0, 2, 0, "0 of 2 decided leads converted: too few for a rate."],
        ["2026 Q1", 4, 1, 0, 3, "1 of 1 decided leads converted: too few for a rate."],
    ]
    assert bob["LeadCohortChart"]["Label"].tolist() == ["2025 Q4 (n 2)", "2026 Q1* (n 1)"]
    assert team["LeadSources"]["Source"].tolist() == bob["LeadSources"]["Source"].tolist()
    few = "1 of 3 decided leads converted: too few for a rate."
    heads = ["Leads", "Converted", "Spend", "Newly qualified", "Cost each", "Note"]
    sources = {key: frame["LeadSources"].set_index("Source") for key, frame in (("team", team), ("bob", bob))}
    assert sources["team"].loc["Ads", heads[:5]].tolist() == [11, 1, 800, 0, NOT_AVAILABLE]
    assert sources["bob"].loc["Ads", heads].tolist() == [6, 1, "–", "–", "–", few]
    assert sources["bob"].loc["Referral", heads].tolist() == [0, 0, "–", "–", "–", "No lead came in."]
    assert bob["LeadSourceChart"].to_numpy().tolist() == [["Referral", 0, 0], ["Ads", 6, 1], ["Fair", 0, 0]]
    assert bob["CostMonths"].equals(team["CostMonths"])


@pytest.mark.slow
def test_lists_of_a_rep_hold_the_own_leads_among_the_best_of_the_team() -> None:
    team, ann, bob = (frames_of(of_the_rep(name)) for name in ("Team", "Ann", "Bob"))
    assert team["BestLeads"]["Lead ID"].tolist() == ["L14", "L13", "L12"]
    assert bob["BestLeads"]["Lead ID"].tolist() == ["L14", "L13", "L12"]
    assert ann["BestLeads"]["Lead ID"].tolist() == ["", "", ""]
    assert ann["BestLeads"]["Rank"].tolist() == [1, 2, 3]
    assert set(bob["WaitingLeads"]["Owner"]) == {"Bob", ""}
    assert (bob["WaitingLeads"]["Owner"] == "Bob").sum() == 3
    assert (team["WaitingLeads"]["Lead"] != "").sum() == 10


@pytest.mark.slow
def test_deals_of_a_rep_are_counted_whatever_the_case_of_an_objection() -> None:
    team, bob = frames_of(of_the_rep("Team")), frames_of(of_the_rep("Bob"))
    assert team["ObjectionCounts"][["Objection", "Deals"]].to_numpy().tolist() == [["Price", 2], ["Trust", 1]]
    assert bob["ObjectionCounts"]["Deals"].tolist() == [1, 1]
    assert bob["ObjectionCounts"]["Where"].tolist() == ["Offer 1", "Prospect 1"]
    stages = bob["QualificationByStage"].set_index("Stage")
    assert stages["Open deals"].tolist() == [1, 0, 1]
    assert stages.loc["Offer", "Note"] == "No qualification mark and no deal mark and no field of ICP yet."


@pytest.mark.slow
def test_the_rows_of_all_owners_add_up_to_those_of_the_team() -> None:
    for facts in (two_reps(), many_leads()):
        frames = frames_of(leads_summary.fill(facts))
        for table in ("LeadCohortsRows", "LeadSourcesRows"):
            rows = frames[table]
            is_team = rows["Key"].str.startswith("Team|")
            for head in ("Leads", "Converted"):
                assert rows.loc[is_team, head].sum() == rows.loc[~is_team, head].sum() > -1


def test_the_marketing_view_begins_with_all_sources_together() -> None:
    changes = marketing_view.fill(some_leads())
    results = frames_of(changes)["SourceResults"]
    assert results["Source"].tolist()[:2] == ["All sources", "Ads"]
    assert results.loc[0, "Leads"] == results.loc[1:, "Leads"].sum() == 11
    assert results.loc[1, "95 % interval"] == "3 of 4"
    assert str(changes.names["marketing_says"]).startswith("Ads brought most")
    assert changes.names["marketing_reasons_say"] == (
        "Most deals were lost for: Price; most leads were disqualified for: No need."
    )


@pytest.mark.parametrize(
    ("reasons", "says"),
    [
        ((None, None, None, "Price", "Price", "Timing"), "Most deals were lost for: Price (3 without a reason)."),
        (("Price",), "Most deals were lost for: Price."),
        ((None, None), "No reason is given for 2 lost deals."),
    ],
)
def test_the_first_true_reason_is_named_and_not_that_there_is_none(reasons: tuple[str | None, ...], says: str) -> None:
    facts = lead_facts((), [lost() | {"Lost reason": reason} for reason in reasons])
    assert marketing_view.fill(facts).names["marketing_reasons_say"] == says


def test_the_marketing_view_says_what_is_in_no_window_and_what_it_does_not_list() -> None:
    line = str(marketing_view.fill(some_leads()).names["line_marketing_view"])
    assert not line.endswith("not listed")
    assert "no window" not in line
    facts = lead_facts([lead(None)], [*[in_play() | {"Created": None}] * 2, *many_leads_deals()])
    line = str(marketing_view.fill(facts).names["line_marketing_view"])
    assert "(in no window, for Created is blank: 1 lead and 2 opportunities)" in line
    assert line.endswith(" · the first 25 sources and 15 more, not listed")


def test_the_leads_summary_says_what_its_tables_have_no_room_for() -> None:
    says = leads_summary_cards.leads_say(many_leads())
    assert says.endswith("; not listed: 25 more sources and 28 more objections.")
    assert "not listed" not in leads_summary_cards.leads_say(some_leads())


def test_stages_of_an_objection_beyond_the_fourth_are_counted() -> None:
    stages = [f"Stage {n}" for n in range(6)]
    deals = [in_play(Objection="Price", Stage=stage) for stage in stages for _ in range(2)]
    process = [*((n, stage, "open", 0.1, None, "") for n, stage in enumerate(stages)), (9, "Won", "won", 1, None, "")]
    facts = facts_of(deals, stages=process)
    where = leads_summary_tables.objection_counts(facts)["Where"].tolist()
    assert where == ["Stage 0 2, Stage 1 2, Stage 2 2, Stage 3 2 and 2 more"]


def test_scores_are_written_beside_the_leads() -> None:
    changes = frames_of(leads.fill(some_leads()))["Leads"]
    assert changes.loc[9, ["Fit", "Confidence", "Behaviour", "Score", "Top"]].tolist() == [
        100,
        0.3,
        100,
        100,
        None,
    ]
    assert changes.loc[0, ["Fit", "Behaviour", "Score"]].tolist() == [None, None, None]


@pytest.mark.slow
def test_the_best_leads_are_flagged_and_listed() -> None:
    facts = many_leads()
    flagged = frames_of(leads.fill(facts))["Leads"]["Top"]
    assert (flagged == "Y").sum() == 30  # ten page views are full, and from there all are alike
    best = frames_of(leads_summary.fill(facts))["BestLeads"]
    assert len(best) == 10
    assert set(best["Score"]) == {100}
