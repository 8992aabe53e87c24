"""What Forecast says of the quarter in a few words: who is shown, the cards, and the sentences above the charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlpipeline.metrics.coverage import by_rep as coverage_by_rep
from xlpipeline.metrics.coverage import coverage
from xlpipeline.metrics.data_quality import data_quality
from xlpipeline.metrics.forecast_accuracy import kept_forecasts
from xlpipeline.metrics.forecast_categories import CLOSED, QuarterForecast, quarter_forecast
from xlpipeline.metrics.forecast_landmark import MODEL_ONLY, Landmark, landmark
from xlpipeline.metrics.forecast_outcome import Outcome, outcome
from xlpipeline.model.facts import Facts, once
from xlpipeline.tabs.cards import Shown, shown
from xlpipeline.tabs.wording import (
    EMPTY,
    TEAM,
    change_text,
    counted,
    day_text,
    is_missing,
    money_text,
    n_text,
    share_text,
)

NO_HISTORY: Final = "No stage has ten past stays yet: refresh and take snapshots regularly"
NO_OPEN: Final = "No deal is open"


@dataclass(frozen=True)
class Seen:
    """The forecasts of the team or of one rep; ``quota`` in minor units (NaN or None = none)."""

    name: str
    quarter: QuarterForecast
    days: Landmark
    likely: Outcome
    quota: float | None


@once
def everybody(facts: Facts) -> tuple[Seen, ...]:
    """The team, then every rep, in the order of the report."""
    quotas = coverage_by_rep(facts).set_index("rep")["quota"].to_dict()
    reps = (Seen(rep, *_all_of(facts, rep), quotas.get(rep)) for rep in facts.rep_names())
    return (Seen(TEAM, *_all_of(facts, ""), coverage(facts).quota.value), *reps)


def _all_of(facts: Facts, rep: str) -> tuple[QuarterForecast, Landmark, Outcome]:
    return quarter_forecast(facts, rep), landmark(facts, rep=rep), outcome(facts, rep=rep)


def cards_of(one: Seen, facts: Facts) -> tuple[Shown, ...]:
    """What the cards show, in their order; of the team also what has changed since the last snapshot."""
    unit, name, quarter, likely = facts.money_unit, "forecast_categories", one.quarter, one.likely
    since = _since_snapshot(facts) if one.name == TEAM else {}
    open_n = int(quarter.categories.loc[quarter.categories["category"] != CLOSED, "n"].sum())
    weighted = f"{money_text(quarter.weighted_open.value or 0, facts)} weighted of {counted(open_n, 'open deal')}"
    span = f"P10 {money_text(likely.p10, facts)} – P90 {money_text(likely.p90, facts)}"
    return (
        shown(quarter.won, name, unit, note=quarter.quarter.name + since.get("Won amount", "")),
        shown(quarter.commit, name, unit, note="Won + Commit" + since.get("Commit forecast", "")),
        shown(quarter.best_case, name, unit, note="Won + Commit + Best case" + since.get("Best case forecast", "")),
        shown(quarter.weighted, name, unit, note=weighted + since.get("Weighted forecast", "")),
        _p50(likely, span + since.get("Outcome P50", ""), unit),
        _wins(one.days),
    )


def _since_snapshot(facts: Facts) -> dict[str, str]:
    """Per figure that snapshots keep, how it has changed since the last snapshot of the quarter before today."""
    kept = kept_forecasts(facts)
    kept = kept[(kept["day"] < facts.as_of) & (kept["day"] >= facts.quarter.start)]
    if kept.empty:
        return {}
    last, team = kept.iloc[-1], quarter_forecast(facts)
    now = {
        "Won amount": team.won.value,
        "Commit forecast": team.commit.value,
        "Best case forecast": team.best_case.value,
        "Weighted forecast": team.weighted.value,
        "Outcome P50": outcome(facts).p50,
    }
    changes = {
        head: change_text(value, float(last[head]) * facts.money_unit)
        for head, value in now.items()
        if value is not None and not is_missing(value) and not is_missing(float(last[head]))
    }
    return {head: f", {change} since {day_text(last['day'])}" for head, change in changes.items() if change}


def _p50(likely: Outcome, span: str, unit: int) -> Shown:
    n = n_text(likely.open_n, "forecast_outcome")
    if is_missing(likely.p50):
        return Shown(None, NO_HISTORY if likely.open_n else NO_OPEN, n)
    return Shown(likely.p50 / unit, span, n)


def _wins(days: Landmark) -> Shown:
    n = n_text(len(days.deals), f"forecast_landmark, N = {days.days}")
    if not len(days.deals):
        return Shown(None, NO_OPEN, n)
    if not days.from_history:
        return Shown(None, NO_HISTORY, n)
    label = "widened by own back-test" if days.is_calibrated else MODEL_ONLY
    return Shown(round(days.wins, 1), f"80 %: {days.low:.0f}–{days.high:.0f}, {label}", n)


def quality_says(facts: Facts) -> str:
    """Data quality, the weighted forecast as entered and clean, and what is left out of it."""
    quality, team, clean = data_quality(facts), quarter_forecast(facts), quarter_forecast(facts, clean=True)
    told = "" if quality.value is None else f"Data quality: {share_text(quality.value)} of open deals without an error"
    if team.weighted.value is None:
        return f"{told}. {team.weighted.reason}".lstrip(". ") or EMPTY
    pair = (
        f"won + weighted as entered {money_text(team.weighted.value, facts)}, with only the deals that carry no stale "
        f"flag {money_text((clean.won.value or 0) + (clean.weighted_open.value or 0), facts)}"
    )
    note = f" {team.note}" if team.note else ""
    return f"{told or 'Data quality: n/a'}; {pair}.{_left_out(team, facts)}{note}"


def _left_out(team: QuarterForecast, facts: Facts) -> str:
    parts = [
        f"{counted(one.n, 'deal')} {what} ({money_text(one.value or 0, facts)})"
        for one, what in ((team.overdue, "overdue"), (team.undated, "undated"))
        if one.n
    ]
    if team.unvalued_n:
        parts.append(f"{counted(team.unvalued_n, 'deal')} without an amount")
    return f" Left out of categories and weighted: {', '.join(parts)}." if parts else ""


def quarter_says(facts: Facts) -> str:
    """The team's quarter in a sentence."""
    team = everybody(facts)[0]
    quarter, likely, quota = team.quarter, team.likely, team.quota
    name = f"Team, {quarter.quarter.name}"
    if is_missing(likely.p50):
        if quarter.weighted.value is None:
            return f"No forecast. {quarter.weighted.reason}"
        return f"{name}: {money_text(quarter.weighted.value, facts)} won and weighted; no outcome is simulated yet."
    span = f"{money_text(likely.p10, facts)} to {money_text(likely.p90, facts)} is likely"
    if not quota:
        return f"{name}: {span} (four of five cases)."
    if likely.p10 >= quota:
        verdict = "even the low end reaches"
    elif likely.p90 < quota:
        verdict = "even the high end misses"
    else:
        verdict = "that spans"
    return f"{name}: {span}; {verdict} the quota of {money_text(quota, facts)}."
