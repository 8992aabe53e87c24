"""The cards of the tab Leads summary, for the team and every rep, and the sentences about the team."""

from __future__ import annotations

from xlpipeline.metrics import cost_per_opportunity, lead_conversion, lead_response, rep_load
from xlpipeline.metrics.lead_response import span_text
from xlpipeline.metrics.lead_score import of_leads
from xlpipeline.metrics.rep_load import by_rep
from xlpipeline.model.facts import Facts
from xlpipeline.model.figure import Figure
from xlpipeline.model.leads import leads_of, read_leads
from xlpipeline.tabs.cards import Shown, shown
from xlpipeline.tabs.leads_summary_tables import not_listed
from xlpipeline.tabs.wording import EMPTY, counted, interval_text, money_text, n_text, share_text, why


def cards_of(facts: Facts, rep: str = "") -> tuple[Shown, ...]:
    """What the cards show for the team or a rep, in their order."""
    window, leads, unit_word = facts.window, leads_of(facts, rep), facts.settings.response_unit
    rate = lead_conversion.lead_conversion(facts, window, rep=rep)
    median, share = lead_response.median(facts, window, rep), lead_response.in_time(facts, window, rep)
    came, open_now = int(lead_conversion.by_source(facts, window, rep)["leads"].sum()), int(leads["is_open"].sum())
    return (
        Shown(came, f"{open_now:,} leads are open now", n_text(came, "lead_sources")),
        shown(rate, "lead_conversion", note=_interval(rate)),
        shown(median, "lead_response", note=_half(facts, rep)),
        shown(share, "lead_response", note=f"within {span_text(facts.settings.response_target, unit_word)}"),
        _cost(facts, rep),
        _load(facts, rep),
    )


def _half(facts: Facts, rep: str) -> str:
    out = lead_response.left_out(facts, facts.window, rep)
    return f"{facts.settings.response_unit}: half are answered" + (f" ({out:,} left out)" if out else "")


def _cost(facts: Facts, rep: str) -> Shown:
    if rep:
        return Shown(None, "Costs are the team's: choose Team", "cost_per_opportunity", "team only")
    cost = cost_per_opportunity.cost_per_opportunity(facts)
    return shown(cost, "cost_per_opportunity", facts.money_unit, note=cost.basis)


def _load(facts: Facts, rep: str) -> Shown:
    load = rep_load.rep_load(facts, rep)
    if not rep:
        return shown(load, "rep_load", note=load.note or "nobody has more than they can work")
    own = by_rep(facts)
    row = own[own["rep"] == rep].head(1)
    if row.empty or load.value is None:
        return Shown(None, "No capacity is entered in Reps on Team", n_text(load.n, "rep_load"))
    deals, leads, room = (int(row[head].iloc[0]) for head in ("open_deals", "open_leads", "capacity"))
    has = f"{counted(deals, 'open deal')} and {counted(leads, 'lead')}, capacity {room:,}"
    return shown(load, "rep_load", note=has)


def _interval(rate: Figure) -> str:
    text = interval_text(rate.low, rate.high)
    return f"95 %: {text}" + (" · immature" if rate.note.startswith("Immature") else "") if text else ""


def leads_say(facts: Facts) -> str:
    """Who waits, who is among the best, and what an opportunity cost the team."""
    leads = read_leads(facts)
    if leads.empty:
        return "No lead is entered yet: fill in Leads, and what becomes of them is measured here."
    parts = [_wait(facts) if leads["is_open"].any() else "no lead is open"]
    flagged = int(of_leads(facts)["top"].sum())
    if flagged:
        parts.append(f"{counted(flagged, 'open lead')} {'is' if flagged == 1 else 'are'} among the best by score")
    cost = cost_per_opportunity.cost_per_opportunity(facts)
    if cost.value is not None:
        parts.append(f"a newly qualified opportunity cost {money_text(cost.value, facts)}")
    more = not_listed(facts)
    parts += [f"not listed: {more}"] if more else []
    return f"Team: {'; '.join(parts)}."


def _wait(facts: Facts) -> str:
    n, late = len(lead_response.unanswered(facts)), len(lead_response.waiting(facts))
    if not n:
        return "every open lead has been answered"
    settings = facts.settings
    longer = f", {late:,} for longer than {span_text(settings.response_target, settings.response_unit)}" if late else ""
    return f"{counted(n, 'open lead')} wait{'s' if n == 1 else ''} for a first answer{longer}"


def load_says(facts: Facts) -> str:
    """Who has more open deals and leads than they can work."""
    found, load = by_rep(facts), rep_load.rep_load(facts)
    if load.value is None:
        return why(load) or EMPTY
    over = found[found["over"]].sort_values("use", ascending=False)
    if over.empty:
        return f"Nobody has more open deals and leads than they can work (team: {share_text(load.value)} of capacity)."
    named = ", ".join(f"{rep} ({share_text(use)})" for rep, use in zip(over["rep"][:3], over["use"][:3], strict=True))
    more = f" and {len(over) - 3:,} more" if len(over) > 3 else ""
    return f"More open deals and leads than they can work: {named}{more}."
