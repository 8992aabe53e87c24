"""The tab Coaching: where a rep loses more than the rest of the team, why, and which criteria nobody keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd

from xlpipeline.metrics import loss_causes, overrides, stage_losses
from xlpipeline.model.book import ChangeSet, Formula, canonical, whole_table
from xlpipeline.model.facts import Facts
from xlpipeline.tabs import coaching_tables as tables
from xlpipeline.tabs.activity_tables import chosen_rows
from xlpipeline.tabs.cards import Shown, cards_frame, cards_table, followed, following, shown
from xlpipeline.tabs.coaching_tables import FILTER, NAME
from xlpipeline.tabs.layout import Card, ChartBlock, Filter, Series, Tab, TableBlock, Text, Tint
from xlpipeline.tabs.wording import EMPTY, REFRESH_HINT, counted, n_text, quiet, share_text, title_line

_CARDS: Final = (
    Card("B7", "coach_stage", "Loses most against the rest in", "text", "stage_losses", across=2),
    Card("D7", "coach_cause", "Most frequent reason", "text", "loss_causes", across=2),
    Card("F7", "coach_compared", "Stages that can be compared", "whole", "stage_losses", across=2),
    Card("H7", "coach_overrides", "Moves with an override (team)", "share", "overrides", across=2),
)
CARDS_TABLE: Final = cards_table("CoachingCards", "_Cards", _CARDS)
CARDS: Final = following(_CARDS, CARDS_TABLE.name, NAME)
NAME_FORMULA: Final = (
    f"IF(ISNUMBER(MATCH({FILTER},{CARDS_TABLE.name}[Name],0)),{FILTER},INDEX({CARDS_TABLE.name}[Name],1))"
)


def fill(facts: Facts) -> ChangeSet:
    """Cards, tables and sentences of every rep; the sheet shows the one who is chosen."""
    names = tables.reps_to_coach(facts)
    given = str(canonical(facts.book.names.get(FILTER)) or "").casefold()
    chosen = next((name for name in names if name.casefold() == given), names[0] if names else "")
    cards = cards_frame(CARDS, ((name, _shown(facts, name)) for name in names))
    losses, causes = tables.loss_data(facts), tables.cause_data(facts)
    stages = facts.stages.loc[facts.stages["type"] == "open", "stage"].tolist()
    lines = range(1, tables.CAUSE_LINES + 1)
    bodies = (
        (tables.LOSSES, chosen_rows(losses, chosen, stages, tables.LOSSES, "Stage")),
        (tables.CAUSES, chosen_rows(causes, chosen, lines, tables.CAUSES, "No")),
        (tables.DIFFERENT, tables.different_rows(facts)),
        (tables.CRITERIA, tables.criterion_rows(facts)),
        (tables.STAGES, tables.stage_rows(facts)),
        (tables.LOSS_DATA, losses),
        (tables.CAUSE_DATA, causes),
        (CARDS_TABLE, cards),
    )
    cells = followed(CARDS, cards, NAME, _with_name(facts, chosen))
    cells |= {
        "line_coaching": title_line(facts),
        NAME: Formula(NAME_FORMULA, chosen),
        "coaching_says": comparisons_say(facts),
        "coaching_overrides_says": overrides_say(facts),
    }
    return ChangeSet(tuple(whole_table(table.name, body) for table, body in bodies), cells)


def _with_name(facts: Facts, chosen: str) -> Facts:
    """The facts with the rep who is shown as what the filter cell says."""
    return replace(facts, book=replace(facts.book, names={**facts.book.names, NAME: chosen}))


def _shown(facts: Facts, rep: str) -> tuple[Shown, ...]:
    every = stage_losses.stage_losses(facts)
    own = every[every["rep"] == rep]
    more = stage_losses.different(own)
    more = more[more["verdict"] == stage_losses.MORE]
    compared = stage_losses.comparisons(own)
    both = f"{stage_losses.least_ranked(facts)} deals on both sides"
    lost = loss_causes.losses(facts)
    n_lost = int((lost["rep"] == rep).sum())
    return (
        _stage_card(more, compared, n_text(int(own["n"].max()) if len(own) else 0, "stage_losses")),
        _cause_card(facts, rep, n_lost),
        Shown(compared, f"of {counted(len(own), 'stage')}: {both}", n_text(len(own), "stage_losses")),
        shown(overrides.overrides(facts), "overrides", note=f"of moves forward, {facts.window.name}"),
    )


def _stage_card(more: pd.DataFrame, compared: int, n: str) -> Shown:
    if more.empty:
        why = "no stage differs by more than chance" if compared else "too few deals to compare any stage"
        return Shown(None, why, n, EMPTY)
    row = more.iloc[0]
    told = f"{share_text(row['rate'])} lost there, rest {share_text(row['rest_rate'])}"
    return Shown(None, told, n, str(row["stage"]))


def _cause_card(facts: Facts, rep: str, n_lost: int) -> Shown:
    reason, _, told = loss_causes.main_cause(facts, rep).partition(": ")
    return Shown(None, told or "no loss with a reason in the window", n_text(n_lost, "loss_causes"), reason or EMPTY)


def comparisons_say(facts: Facts) -> str:
    """How many comparisons there are, what differs, and how much of it chance alone would show."""
    every = stage_losses.stage_losses(facts)
    made, found = stage_losses.comparisons(every), stage_losses.different(every)
    least = stage_losses.least_ranked(facts)
    if not made:
        return f"Nothing is compared or ranked: no rep and stage has {least} deals on both sides."
    by_chance = max(round(made / 20), 1)
    return (
        f"{counted(made, 'comparison')} of a rep with the rest in a stage: {len(found):,} beyond chance, where about "
        f"{by_chance:,} would look so by chance alone. Fewer than {least} deals are never ranked."
    )


def overrides_say(facts: Facts) -> str:
    """The criterion that is overridden most, in one sentence."""
    table = overrides.by_criterion(facts)
    rated = table[table["rate"] > 0]
    if rated.empty:
        return "No criterion was overridden often enough to tell a rate."
    row = rated.iloc[0]
    return (
        f"“{row['criterion']}” of {row['stage']} was overridden in {row['overrides']:,} of "
        f"{counted(row['moves'], 'move')} ({share_text(row['rate'])}): look at the criterion before the reps."
    )


_WORDS: Final = (
    Tint('{Verdict}="loses more"', "vermilion", ("Verdict",), "text"),
    Tint('{Verdict}="loses less"', "green", ("Verdict",), "text"),
)
_COMPARED: Final = ("Difference, 95 %", "Verdict")
TAB: Final = Tab(
    "Coaching",
    "dashboard",
    (
        Text("B1", "Coaching", "title"),
        Text("B2", REFRESH_HINT, "line", name="line_coaching"),
        Text("H2", "", "line", name="refreshed_on_coaching", formula="refreshed_line"),
        Filter("B4", FILTER, "Rep", "ChecklistByRep[Rep]", ""),
        Text("F4", "", "section", name=NAME, formula=NAME_FORMULA),
        Text("B5", EMPTY, "strong", name="coaching_says", across=10),
        *CARDS,
        ChartBlock(
            "B12",
            "coaching_losses",
            "column",
            "Share of deals lost in each stage: the rep, and the rest of the team",
            "Columns show the share of the rep's deals that was lost in each stage beside that of everybody else.",
            tables.LOSSES.name,
            "Stage",
            (Series("Loss rate", "attention", labels=True), Series("Rest rate", "context")),
            columns=9,
            rows=14,
            number_format="0%",
        ),
        TableBlock(
            "B28",
            tables.LOSSES,
            rows=8,
            formulas=tables.LOSS_FORMULAS,
            hint="Grey below 30 deals: read the interval, and do not rank.",
            tints=(
                *_WORDS,
                *quiet(tables.LOSSES, small="Left it", rated=("Loss rate", "Loss rate, 95 %", *_COMPARED)),
            ),
        ),
        TableBlock(
            "B44",
            tables.CAUSES,
            rows=tables.CAUSE_LINES,
            formulas=tables.CAUSE_FORMULAS,
            hint="What is one half; the reason is the other. Read three such deals together before you train anything.",
            tints=quiet(tables.CAUSES, small="Of", rated=("Share", *_COMPARED)),
        ),
        TableBlock(
            "B61",
            tables.DIFFERENT,
            rows=tables.MOST_DIFFERENT,
            hint="Only with 30 deals on both sides, the largest gap first: ask those who lose less how they do it.",
            tints=_WORDS,
        ),
        Text("B73", EMPTY, "strong", name="coaching_overrides_says", across=10),
        TableBlock(
            "B75",
            tables.CRITERIA,
            rows=tables.MOST_CRITERIA,
            hint="The most often overridden first: mend it, make it a reminder, or train what it asks for.",
            tints=quiet(tables.CRITERIA, small="Moves", rated=("Rate",)),
        ),
        TableBlock("B96", tables.STAGES, grows=True, tints=quiet(tables.STAGES, small="Moves", rated=("Rate",))),
    ),
    fill=fill,
    widths={"B": 24, "C": 24, "D": 17, "E": 17, "F": 17, "G": 17, "H": 18, "I": 21, "J": 18},
    freeze="A5",
)
