"""How the pipeline of the quarter moved: XLP_WATERFALL, XLP_SLIPPAGE and XLP_DECAY."""

from __future__ import annotations

from typing import Final

from xlpipeline.addin.functions._answers import of_figure, of_rows, of_table
from xlpipeline.addin.functions._arguments import DEALS, HISTORY, HOLIDAYS, MONEY, PERIODS, SETTINGS, SNAPSHOTS, choice
from xlpipeline.addin.functions._record import Answer, Asked, WorksheetFunction
from xlpipeline.metrics.slippage import decay, slippage
from xlpipeline.metrics.waterfall import quarter_story
from xlpipeline.metrics.waterfall_moves import LINES
from xlpipeline.model.book import NOT_AVAILABLE
from xlpipeline.model.figure import Figure

_RATES: Final = {
    "slip-rate": "slip_rate",
    "slip-value": "slip_value",
    "base": "base",
    "pushed": "pushed",
    "push-days": "push_days",
    "stalled": "stalled",
}
_MEASURES: Final = ("slip-rate", "slip-value", "base", "pushed", "pushes", "push-days", "stalled")
_DECAY: Final = {"week": "Week", "n": "Deals", "share": "This quarter", "past": "Past quarters", "past_n": "Past deals"}


def _waterfall(asked: Asked) -> Answer:
    facts, rep = asked.money_team, asked.rep
    story, unit = quarter_story(facts), asked.team.money_unit
    fall = story.reps.get(rep) if rep else story.team
    if fall is None or story.opening is None:
        return Answer(((NOT_AVAILABLE,),), story.reason or f"{rep} had no deal in {story.period.name}.")
    signs = dict(LINES)
    lines = [
        (_worded(line), n, signs[line] * amount / unit)
        for line, n, amount in fall.lines.itertuples(index=False, name=None)
    ]
    out = f" {fall.left_out:,} deals are in no line: a rate is missing." if fall.left_out else ""
    why = (
        f"Given: n = {fall.opening_n:,} deals at the opening, basis {story.period.name} from {story.opening.name}. "
        f"The opening and all lines add up to the closing.{out}"
    )
    rows = [("Opening", fall.opening_n, fall.opening / unit), *lines, ("Closing", fall.closing_n, fall.closing / unit)]
    return of_rows([("Line", "Deals", "Amount"), *rows], why)


def _worded(line: str) -> str:
    return line.replace("_", " ").capitalize()


def _slippage(asked: Asked) -> Answer:
    found, measure = slippage(asked.money_team, asked.rep), asked.text("Measure")
    if measure == "pushes":
        basis, note = "increases of expected close of the open deals", f"{found.pushes_in_period:,} within one quarter."
        return of_figure(Figure(float(found.pushes), found.pushed.n, basis, note=note))
    figure: Figure = getattr(found, _RATES[measure])
    return of_figure(figure, asked.team.money_unit if measure == "base" else 1)


def _decay(asked: Asked) -> Answer:
    table = decay(asked.team)
    n = int(table["n"].max()) if len(table) else 0
    why = f"Given: n = {n:,}, basis deals open at the start of the quarter and expected to close in it, week by week."
    return of_table(table, _DECAY, why, slippage(asked.team).slip_rate.reason or "No deal was open then.")


FUNCTIONS: Final = (
    WorksheetFunction(
        name="XLP_WATERFALL",
        description="Gives a table of all that led from the quarter's open pipeline at its opening to that of now; the "
        "lines add up exactly.",
        arguments=(*DEALS, HISTORY, *MONEY, SNAPSHOTS),
        gives="table with a head: opening, one row per line with its sign, closing; amounts",
        example="=XLP_WATERFALL(Pipeline[#All],Stages[#All],AsOf,_History[#All],,Settings[#All],,,,_Snapshots[#All])",
        metric="waterfall",
        give=_waterfall,
    ),
    WorksheetFunction(
        name="XLP_SLIPPAGE",
        description="Gives the share of the deals open at the start of the quarter and due in it that were not decided "
        "in it.",
        arguments=(
            *DEALS,
            HISTORY,
            choice("Measure", "What to give; the last four are of the deals open now:", *_MEASURES),
            *MONEY,
            HOLIDAYS,
        ),
        gives="share from 0 to 1 (base: amount; pushes: number; push-days: calendar days)",
        example='=XLP_SLIPPAGE(Pipeline[#All],Stages[#All],AsOf,_History[#All],"slip-rate",,Settings[#All])',
        metric="slippage",
        give=_slippage,
    ),
    WorksheetFunction(
        name="XLP_DECAY",
        description="Gives a table with one row per week of the quarter: the share of its first deals that is still "
        "open with a date in it.",
        arguments=(*DEALS, HISTORY, SETTINGS, PERIODS),
        gives="table with a head, one row per week; shares from 0 to 1",
        example="=XLP_DECAY(Pipeline[#All],Stages[#All],AsOf,_History[#All],Settings[#All])",
        metric="slippage",
        give=_decay,
    ),
)
