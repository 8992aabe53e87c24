"""A log of calls, mails and meetings: what its columns are called elsewhere, and by what it is recognised."""

from __future__ import annotations

import re
from typing import Final

from xlpipeline.importers.source import Source
from xlpipeline.importers.synonyms import known_target
from xlpipeline.importers.system import plain

DEAL_NAME: Final = "Deal name"
"""Target of a column that names the deal; it is looked up in Pipeline."""
DONE: Final = "Done"
"""Target of a column that tells what was done from what is only planned."""

_NAMES: Final = {
    "Date": "markedasdonetime donetime completedon completeddate completeddatetime date activitydate calldate "
    "callstarttime callstartdatetime startdatetime starttime startedat calledat timestamp meetingstarttime activityon "
    "duedate loggedon",
    "Deal ID": "dealid opportunityid associateddealids associateddealid dealids relatedtoid relatedrecordid whatid "
    "relatedtoidid leadid",
    DEAL_NAME: "deal dealname opportunity opportunityname associateddeal associateddeals relatedto dealtitle",
    "Type": "type activitytype tasktype calltype channel kind",
    "Outcome": "outcome calloutcome callresult result disposition callstatus subject note notes callnotes comments "
    "description callpurpose",
    "By": "by owner user assigned assignedto assignedtouser activityassignedto agent caller rep callowner madeby "
    "activityowner",
    DONE: "done status taskstatus",
}
NAMES: Final = {name: (target, rank) for target, names in _NAMES.items() for rank, name in enumerate(names.split())}
"""Key of a head → what it is, and how sure (0 is the surest name); of the days the one on which it was done is."""
_OF_DEALS_ONLY: Final = frozenset(("Stage", "Amount", "Probability", "Expected close", "Forecast category"))
_PREFIX: Final = re.compile(r"^(activity|call|meeting|task|deal) - ")
_CALLS: Final = ("call duration", "call outcome", "call result", "call type", "caller", "call start time")
_PLANNED_WORDS: Final = frozenset(
    ("to do", "todo", "not done", "open", "planned", "scheduled", "not started", "in progress", "false", "no", "0", "n",
     "deferred", "waiting on someone else", "overdue", "canceled", "cancelled")
)  # fmt: skip


def meaning(head: str) -> tuple[str, int] | None:
    """What a head of a log is, with its rank; None if it is not known."""
    text = plain(head)
    bare = _PREFIX.sub("", text)
    for penalty, form in enumerate((text, bare)):
        # A "Deal - ID" stays an ID of a deal; an "Activity - ID" is none.
        key = "".join(re.findall(r"[^\W_]+", form))
        if key in NAMES:
            target, rank = NAMES[key]
            return target, rank + penalty
    return None


def targets_of(source: Source) -> dict[str, str]:
    """Target → the head that means it most surely."""
    found: dict[str, str] = {}
    for target, head in _meant(source):
        found.setdefault(target, head)
    return found


def days_of(source: Source) -> tuple[str, ...]:
    """Heads that tell the day, the surest first: a row that has none in the one may have it in the next."""
    return tuple(head for target, head in _meant(source) if target == "Date")


def _meant(source: Source) -> list[tuple[str, str]]:
    """Target and head of every head that is known, the surest first."""
    known = [(found[1], found[0], head) for head in source.columns if (found := meaning(head))]
    return [(target, head) for _, target, head in sorted(known, key=lambda one: one[0])]


def is_activity_log(source: Source) -> bool:
    """Whether a source tells activities: a day, a deal, what was done, and nothing that only a deal has."""
    found = targets_of(source)
    if "Date" not in found or not {"Deal ID", DEAL_NAME} & found.keys():
        return False
    used = set(found.values())
    if any(
        known_target(head) and (known_target(head) or ("",))[0] in _OF_DEALS_ONLY
        for head in source.columns
        if head not in used
    ):
        return False  # fmt: skip
    return "Type" in found or "Outcome" in found or tells_calls(source)


def tells_calls(source: Source) -> bool:
    """Whether the heads are those of a log of calls, which needs no column for the type."""
    heads = {plain(head) for head in source.columns}
    return any(name in heads or f"call - {name}" in heads for name in _CALLS)


def is_planned(text: str) -> bool:
    """Whether a status says that the activity has not happened (yet)."""
    return plain(text) in _PLANNED_WORDS
