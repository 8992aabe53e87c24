"""The tab Start here: what this workbook is, the first steps, the legend, and where everything is."""

from __future__ import annotations

from typing import Final, Literal

from xlpipeline.model.schema import SCHEMA_VERSION
from xlpipeline.tabs.layout import Colour, Swatch, Tab, Text

_STEPS: Final = (
    ("Enter the team", "On Team: one row per rep, and each rep's quota for the quarter.", "Team"),
    (
        "Check how you sell",
        "On Process: stages, time-bounds and exit criteria. The list of Stage reaches as far as a deal meets them.",
        "Process",
    ),
    (
        "Enter the deals",
        "On Pipeline: one row per opportunity. Name, amount, stage and dates are enough to begin.",
        "Pipeline",
    ),
    (
        "Refresh",
        "Run 'xlpipeline refresh' on this file. Dashboards and Issues are filled in; nothing of yours is changed.",
        "Dashboard",
    ),
    (
        "Mend what Issues lists",
        "Each line says what is wrong, where, and what to do. Then look at Dashboard.",
        "Issues",
    ),
)
_HEADS: Final[tuple[tuple[Literal["input", "formula", "refresh"], str], ...]] = (
    ("input", "You fill these columns in."),
    ("formula", "A formula fills these in while you type."),
    ("refresh", "A refresh writes these."),
)
_FLAGS: Final[tuple[tuple[Colour, str, str], ...]] = (
    ("vermilion", "T", "Longer in its stage than the stage allows."),
    ("vermilion", "C", "The expected close has passed."),
    ("orange", "B", "Longer than allowed with earlier stays in the stage."),
    ("orange", "I", "Idle: no touch for too long."),
    ("blue", "N", "No next step, or it is overdue."),
)
_PLACES: Final = (
    ("Pipeline", "Opportunities: the sheet that reps work in."),
    ("Leads", "Who may become an opportunity."),
    ("Activities", "Calls, mails and meetings."),
    ("Dashboard", "Key figures, for the team or one rep."),
    ("Conversion", "From stage to stage, and win rates."),
    ("Coverage", "Open pipeline against quota."),
    ("Waterfall", "What changed since the quarter began, and slips."),
    ("Forecast", "What the quarter may bring, and what is at risk."),
    ("Win score", "What past deals say of each open one."),
    ("Velocity", "How fast pipeline becomes revenue."),
    ("Aging", "Stale deals, and how old deals are."),
    ("Activity", "What was done, what the quota takes, what is due."),
    ("Deal guide", "What to do next for one deal."),
    ("After sale", "Follow-ups with customers, and what grew out of deals."),
    ("Leads summary", "Leads: response, conversion, cost, load."),
    ("Marketing view", "What each source brought, and why it was lost."),
    ("Benchmarks", "Own past, peers, and what experiments brought."),
    ("Issues", "What is wrong in the data, and what to do."),
    ("Review", "What to talk through with each rep, and notes."),
    ("Review notes", "What was written in earlier reviews."),
    ("Coaching", "Where a rep loses deals, why, and overrides."),
    ("Checklist", "The weekly hygiene list, with ticks."),
    ("Process", "Stages, exit criteria, playbook."),
    ("Team", "Reps and quotas."),
    ("Costs", "Spend by source, and what peers report."),
    ("Scoring", "Marks, customer profile, cadence."),
    ("Settings", "Thresholds, currency, as-of date."),
    ("Calendar", "Holidays, fiscal periods, exchange rates."),
    ("Lists", "What the drop-downs offer."),
    ("Definitions", "What every figure means."),
)


def _steps(row: int) -> list[Text | Swatch]:
    out: list[Text | Swatch] = [Text(f"B{row}", "Five first steps", "section", across=6)]
    for number, (what, how, tab) in enumerate(_STEPS, start=1):
        out.append(Text(f"B{row + number}", number, "number"))
        out.append(Text(f"C{row + number}", what, "link", link=tab, across=2))
        out.append(Text(f"E{row + number}", how, "body", across=9))
    return out


def _legend(row: int) -> list[Text | Swatch]:
    out: list[Text | Swatch] = [Text(f"B{row}", "Heads of columns", "section", across=3)]
    for line, (colour, meaning) in enumerate(_HEADS, start=row + 1):
        out.append(Swatch(f"B{line}", colour, "Head"))
        out.append(Text(f"C{line}", meaning, "body", across=4, indent=1))
    first = row + len(_HEADS) + 2
    out.append(Text(f"B{first}", "Flags and colours of stale rows in Pipeline", "section", across=5))
    for line, (tint, letter, meaning) in enumerate(_FLAGS, start=first + 1):
        out.append(Swatch(f"B{line}", tint, letter))
        out.append(Text(f"C{line}", meaning, "body", across=4, indent=1))
    out.append(
        Text(
            f"B{first + len(_FLAGS) + 1}",
            "The letters stand in the column Flags; the worst one colours the row.",
            "hint",
            across=5,
        )
    )
    return out


def _places(row: int) -> list[Text | Swatch]:
    out: list[Text | Swatch] = [Text(f"H{row}", "Where everything is", "section", across=3)]
    for line, (tab, meaning) in enumerate(_PLACES, start=row + 1):
        out.append(Text(f"H{line}", tab, "link", link=tab))
        out.append(Text(f"I{line}", meaning, "body", across=4))
    return out


TAB: Final = Tab(
    "Start here",
    "start",
    (
        Text("B1", "Sales pipeline", "title", across=8),
        Text(
            "B2",
            "Not refreshed yet: enter your deals, then run 'xlpipeline refresh' on this file.",
            "line",
            name="refreshed_line",
            across=11,
        ),
        Text(
            "B4",
            "This workbook keeps a sales team's opportunities, checks them, and shows what they mean.",
            "strong",
            across=11,
        ),
        Text("B5", "It works without macros. Your own columns, notes and sheets stay as they are.", "body", across=11),
        *_steps(7),
        *_legend(14),
        *_places(14),
        Text("B32", "Version of the tables in this workbook", "hint", across=3),
        Text("E32", SCHEMA_VERSION, "hint", name="xlp_schema"),
    ),
    widths={"B": 9},
)
