"""The table ``_Snapshots``: what the pipeline looked like on a day; one row for the team and one per open stage.

The deals themselves are not copied: replaying ``_History`` up to ``Taken on`` gives them.
"""

from __future__ import annotations

from typing import Final

from xlpipeline.model.schema import Column, Kind, Table


def _c(name: str, kind: Kind, note: str, width: int = 13, unit: str = "") -> Column:
    return Column(name, kind, note, width, "refresh", unit)


SNAPSHOTS: Final = Table(
    "_Snapshots",
    "_Snapshots",
    "Snapshots",
    (
        _c("Date", "date", "The day that the figures are for."),
        _c("Label", "text", "What the snapshot was called.", 24),
        _c("Taken on", "moment", "The refresh that it was taken with; its deals come by replaying _History.", 17),
        _c("User", "text", "Who took it.", 16),
        _c("Tool", "text", "What wrote the row.", 18),
        _c("Stage", "text", "The open stage; blank in the team's row.", 22),
        _c("Open deals", "whole", "Open deals.", unit="deals"),
        _c("Open amount", "money", "Their amount.", unit="currency"),
        _c("Weighted amount", "money", "Their amount x probability.", unit="currency"),
        _c("Quarter start", "date", "First day of the fiscal quarter of the date. Team row only, as all that follow."),
        _c("Open in quarter", "money", "Open amount expected to close in the rest of the quarter.", unit="currency"),
        _c("Won deals", "whole", "Deals won in the quarter so far.", unit="deals"),
        _c("Won amount", "money", "Their amount.", unit="currency"),
        _c("Quota", "money", "Quota of the quarter.", unit="currency"),
        _c("Remaining quota", "money", "Sum over reps of what is missing to their quota.", unit="currency"),
        _c("Coverage to go", "ratio", "Open in quarter / remaining quota."),
        _c("Win rate", "share", "Won / closed qualified deals of the trailing window."),
        _c("Win rate n", "whole", "Closed deals behind the win rate.", unit="deals"),
        _c("Stale deals", "whole", "Open deals with any stale flag.", unit="deals"),
        _c("Overrides", "whole", "Moves made with an override so far.", unit="moves"),
        _c("Weighted forecast", "money", "Won so far in the quarter and what is open, weighted.", unit="currency"),
        _c("Commit forecast", "money", "Won so far and open Commit deals of the rest of the quarter.", unit="currency"),
        _c("Best case forecast", "money", "The same and Best case deals.", unit="currency"),
        _c("Outcome P10", "money", "Simulated won value of the quarter: less in one of ten cases.", unit="currency"),
        _c("Outcome P50", "money", "The middle of the cases.", unit="currency"),
        _c("Outcome P90", "money", "More in one of ten cases.", unit="currency"),
        _c("N days", "whole", "Days of the N-day forecast.", unit="days"),
        _c("N-day wins", "number", "Wins expected within N days of the deals open now.", unit="deals"),
        _c("N-day value", "money", "Their expected amount.", unit="currency"),
    ),
)  # fmt: skip
"""Append-only; one snapshot = the rows with one ``Taken on``."""
