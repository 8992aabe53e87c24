"""Benchmarks: the team's figures beside its own past and beside what others report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from xlpipeline.metrics.average_deal import average_deal
from xlpipeline.metrics.conversion import by_stage
from xlpipeline.metrics.cycle import mean_of_won
from xlpipeline.metrics.velocity import velocity
from xlpipeline.metrics.wilson import difference
from xlpipeline.metrics.win_rate import win_rate
from xlpipeline.model.calendar import Period
from xlpipeline.model.cells import dates, numbers, texts
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.figure import Figure, refused
from xlpipeline.model.register import Metric

METRIC = Metric(
    name="benchmarks",
    title="Benchmarks",
    definition="The team's figures of the trailing window beside the same figures of the window before and of peers.",
    formula=(
        "own past: the same figure over as many quarters right before the window; for rates a change counts only "
        "where the 95 % interval of the difference (Newcombe) excludes 0. Peers: as entered in Benchmarks on Costs, "
        "with their source; they differ where they lie outside the team's own 95 % interval"
    ),
    why="A figure says little alone. One's own past is the fairest yardstick; peers count deals in ways of their own.",
    what_to_do=(
        "Look at what got worse first. Before believing a gap to peers, read in their source how they count a deal, a "
        "stage and a win."
    ),
    source="definitions, sections 1-6 and 15",
)

Kind = Literal["share", "money", "days"]
HEADS: Final = (
    "measure", "stage", "kind", "now", "low", "high", "n", "past", "past_low", "past_high", "past_n", "verdict",
    "peers", "against_peers", "source", "peers_on", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One figure that can be compared: ``figure`` of some window."""

    name: str
    kind: Kind
    more_is_better: bool
    figure: Callable[[Facts, Period], Figure]


PER_DAY: Final = "Won per day"
MEASURES: Final = (
    Measure("Win rate", "share", more_is_better=True, figure=lambda facts, window: win_rate(facts, window=window)),
    Measure("Average deal", "money", more_is_better=True, figure=average_deal),
    Measure("Sales cycle", "days", more_is_better=False, figure=mean_of_won),
    Measure(
        PER_DAY,
        "money",
        more_is_better=True,
        figure=lambda facts, window: velocity(facts, window).realised_per_day,
    ),
)
"""Without stages; stage conversion is measured per stage."""
CONVERSION: Final = "Stage conversion"


def past_window(facts: Facts) -> Period:
    """The quarters right before the trailing window, as many as it has."""
    before = facts.fiscal.trailing(facts.window.start - dt.timedelta(days=1), facts.settings.window_quarters)
    return Period(before.name, before.start, facts.window.start)


@once
def comparison(facts: Facts) -> pd.DataFrame:
    """One row per figure and peer; first the figures of the team, then the conversion of each open stage.

    Columns: measure, stage ("" unless a conversion), kind ("share", "money" in minor units, "days"), now with bounds
    and n, past with bounds and past_n, verdict ("better", "worse", "no change shown", "" = not tested), peers,
    against_peers ("better than peers", "worse than peers", "like peers"), source, peers_on, note. A peer without a
    source is not shown. NaN where a figure is not given; the note says why.
    """
    peers = read_benchmarks(facts)
    rows: list[tuple[object, ...]] = []
    before, begun = past_window(facts), _begun(facts)
    for measure in MEASURES:
        figures = measure.figure(facts, facts.window), measure.figure(facts, before)
        rows += _rows(measure, "", figures, _of(peers, measure.name, ""), begun)
    conversion = Measure(CONVERSION, "share", more_is_better=True, figure=lambda _facts, _window: Figure(None, 0, ""))
    then = by_stage(facts, before).set_index("stage")
    now = by_stage(facts, facts.window).set_index("stage")
    for name in now.index:
        figures = _converted(now.loc[name]), _converted(then.loc[name])
        rows += _rows(conversion, name, figures, _of(peers, CONVERSION, name), begun)
    return pd.DataFrame(rows, columns=list(HEADS))


def _begun(facts: Facts) -> str:
    """A warning where the first deals were created within the quarters before: then only fast ones can have closed."""
    first = facts.deals["created"].min()
    if pd.isna(first) or first <= pd.Timestamp(past_window(facts).start):
        return ""
    span = f"less than {facts.settings.window_quarters} quarters"
    return f"The first deal was created on {first.date().isoformat()}: before means {span}."


def read_benchmarks(facts: Facts) -> pd.DataFrame:
    """The filled rows of Benchmarks: measure, stage, peers (NaN = blank), source, peers_on; texts without outer blanks.

    Money is in minor units. What is wrong with them is the business of the checks.
    """
    frame = facts.book.frame("Benchmarks")
    told = {"measure": "Measure", "stage": "Stage", "source": "Source"}
    read = pd.DataFrame({name: texts(frame, head).str.strip() for name, head in told.items()})
    read["peers"], read["peers_on"] = numbers(frame, "Peers")[0], dates(frame, "As of")[0]
    of_money = [measure.name.casefold() for measure in MEASURES if measure.kind == "money"]
    money = read["measure"].str.casefold().isin(of_money)
    read["peers"] = read["peers"].where(~money, (read["peers"] * facts.money_unit).round())
    return read[(read["measure"] != "") | read["peers"].notna()]


def _of(peers: pd.DataFrame, measure: str, stage: str) -> pd.DataFrame:
    same = peers["measure"].str.casefold() == measure.casefold()
    if measure == CONVERSION:
        same &= peers["stage"].str.casefold() == stage.casefold()
    return peers[same & peers["peers"].notna() & (peers["source"] != "")]


def _converted(row: pd.Series) -> Figure:
    decided = int(row["advanced"]) + int(row["lost"])
    rate, low, high = (float(row[head]) for head in ("rate", "low", "high"))
    if np.isnan(rate):
        return Figure(None, decided, "", reason=str(row["note"]))
    return Figure(rate, decided, "", low, high)


def _rows(
    measure: Measure, stage: str, figures: tuple[Figure, Figure], peers: pd.DataFrame, begun: str
) -> list[tuple[object, ...]]:
    now, past = figures
    if begun and measure.name == PER_DAY:
        past = refused(begun, n=past.n)
    verdict = _verdict(measure, now, past)
    own = (measure.name, stage, measure.kind, *_numbers(now), *_numbers(past), verdict)
    note = now.reason or (f"Before: {past.reason}" if past.reason else begun)
    if peers.empty:
        return [(*own, np.nan, "", "", pd.NaT, note)]
    told = zip(peers["peers"], peers["source"], peers["peers_on"], strict=True)
    return [(*own, peer, _against(measure, now, peer), source, on, note) for peer, source, on in told]


def _numbers(figure: Figure) -> tuple[float, float, float, int]:
    cells = (figure.value, figure.low, figure.high)
    value, low, high = (np.nan if cell is None else cell for cell in cells)
    return value, low, high, figure.n


def _verdict(measure: Measure, now: Figure, past: Figure) -> str:
    """What changed; only rates have an interval by which a change can be told from chance."""
    if None in (now.value, now.low, now.high, past.value, past.low, past.high):
        return ""
    low, high = difference(*_three(now), *_three(past))
    if low > 0:
        return "better" if measure.more_is_better else "worse"
    if high < 0:
        return "worse" if measure.more_is_better else "better"
    return "no change shown"


def _three(figure: Figure) -> tuple[float, tuple[float, float]]:
    assert figure.value is not None  # noqa: S101 - the caller has asked
    assert figure.low is not None  # noqa: S101
    assert figure.high is not None  # noqa: S101
    return figure.value, (figure.low, figure.high)


def _against(measure: Measure, now: Figure, peer: float) -> str:
    if now.value is None or now.low is None or now.high is None:
        return ""
    if now.low <= peer <= now.high:
        return "like peers"
    return "better than peers" if (now.value > peer) is measure.more_is_better else "worse than peers"
