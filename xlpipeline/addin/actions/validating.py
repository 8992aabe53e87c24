"""Validate: say what the checks find, and offer to go to the Issues tab; nothing is written."""

from __future__ import annotations

from typing import Any, Final

from xlpipeline.addin.click import Click
from xlpipeline.addin.selection import can_be_seen, go_to
from xlpipeline.jobs.outcome import counted

_KINDS: Final = 8
_FIRST: Final = 5


def run(click: Click) -> str:
    """Check the workbook as a refresh would see it now.

    Raises:
        BookError: the workbook is none of ours.
        SetupError: a set-up table holds something that is not allowed.
    """
    from xlpipeline.jobs.validate import validate_in  # noqa: PLC0415 - pandas takes a second

    outcome = validate_in(click.workbook(), now=click.now, progress=click.progress)
    message = found(click.book.name, outcome.data)
    issues = click.table("Issues")
    if not any(issue["counts"] for issue in outcome.data["issues"]) or issues is None:
        return message
    if not can_be_seen(issues.parent):
        return f"{message}\nThe tab {issues.parent.name} is hidden; unhide it to see them all after a refresh."
    if click.confirm(f"Go to the tab {issues.parent.name}? (A refresh brings it up to date.)", message):
        go_to(issues.range[0, 0])
    return ""


def found(title: str, data: dict[str, Any]) -> str:
    """What was found, in a few lines: how many of each kind, and the first ones."""
    standing = [issue for issue in data["issues"] if issue["counts"]]
    quiet = len(data["issues"]) - len(standing)
    apart = f" ({quiet:,} more accepted or snoozed)" if quiet else ""
    checked = f"{title}: {data['opportunities']:,} opportunities checked as of {data['as_of']}; nothing was written."
    if not standing:
        return f"{checked}\nNo issues{apart}."
    kinds = list(data["issues_by_check"].items())
    lines = [checked, f"{counted(len(standing), 'issue')}{apart}:"]
    lines += [f"  {n:,}  {check}" for check, n in kinds[:_KINDS]]
    if len(kinds) > _KINDS:
        lines.append(f"  … and {len(kinds) - _KINDS:,} more kinds")
    lines.append("The first:" if len(standing) > _FIRST else "In detail:")
    lines += [f"  {where(issue)}: {issue['what_is_wrong']}" for issue in standing[:_FIRST]]
    return "\n".join(lines)


def where(issue: dict[str, Any]) -> str:
    """The cell of an issue and its deal."""
    deal = f" ({issue['deal_id']})" if issue["deal_id"] else ""
    return f"{issue['cell'] or issue['check']}{deal}"
