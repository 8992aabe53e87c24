"""Score: fit the win score's model to the team's own closed deals, test it, and keep it; every refresh scores with it.

The click on Refresh never fits: it would have to wait for scikit-learn, which most machines need not have.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from xlpipeline.errors import RequestError
from xlpipeline.hosts.workbook import Workbook
from xlpipeline.jobs.outcome import Outcome, Progress, counted, no_progress
from xlpipeline.jobs.refresh import TOOL, Refreshed, refresh, tool_name
from xlpipeline.metrics.win_model.fit import require_library
from xlpipeline.metrics.win_model.kept import TABLES, keep
from xlpipeline.metrics.win_model.trial import BASE, MODEL, NAIVE, Trial, try_out
from xlpipeline.metrics.win_score import enough, scores, useless
from xlpipeline.model.applied import applied
from xlpipeline.model.book import Book, ChangeSet, needed_changes


@dataclass(frozen=True)
class Scored:
    """``changes``: of a refresh, the model, and the refresh that scores with it. ``found``: or why there is none."""

    changes: ChangeSet
    refreshed: Refreshed
    found: Trial | str


def score(book: Book, *, now: dt.datetime, user: str = "", tool: str = TOOL) -> Scored:
    """Refresh, fit and keep the model where there are deals enough, and score every open deal.

    Raises:
        RequestError: the book is too old, scikit-learn is not installed, or the as-of date lies in the past.
        BookError: there is no table Pipeline.
        SetupError: a set-up table holds something that is not allowed.
    """
    if any(table.name not in book.tables for table in TABLES):
        raise RequestError("This workbook has no room for a win score yet; please run 'xlpipeline upgrade' first.")
    before = refresh(book, now=now, user=user, tool=tool)
    if before.figures_only:
        raise RequestError("The as-of date lies before the last refresh; please clear the setting as_of first.")
    if few := enough(before.facts):
        return Scored(before.changes, before, few)
    require_library()
    found = try_out(before.facts)
    known = applied(book, before.changes)
    model = needed_changes(keep(found, before.facts.as_of), known)
    after = refresh(applied(known, model), now=now, user=user, tool=tool)
    return Scored(before.changes + model + after.changes, after, found)


def score_in(workbook: Workbook, *, now: dt.datetime, user: str = "", progress: Progress = no_progress) -> Outcome:
    """Fit the win score of a workbook and refresh it.

    Raises:
        RequestError: the book is too old, scikit-learn is not installed, or the as-of date lies in the past.
        BookError: the workbook cannot be read or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    progress(f"reading {workbook.title}")
    book = workbook.read()
    progress("fitting and testing")
    done = score(book, now=now, user=user, tool=tool_name(workbook))
    progress(f"writing {workbook.title}")
    saved = workbook.apply(done.changes)
    data: dict[str, object] = {"file": workbook.place, "as_of": done.refreshed.facts.as_of.isoformat()}
    errors = int((done.refreshed.issues["Severity"] == "error").sum())
    if isinstance(done.found, str):
        return Outcome((f"No deal is scored. {done.found}", saved.sentence), data | {"reason": done.found}, errors)
    scored = len(scores(done.refreshed.facts))
    sentences = (_told(done.found), useless(done.refreshed.facts) or f"{counted(scored, 'open deal')} scored.")
    figures = {str(row["scheme"]): row for row in done.found.figures.round(6).to_dict("records")}
    return Outcome((*sentences, saved.sentence), data | {"scored": scored, "test": figures}, errors)


def _told(found: Trial) -> str:
    by = found.figures.set_index("scheme")
    told = "; ".join(
        f"{name} AUC {by['auc'][name]:.3f}, Brier {by['brier'][name]:.3f}" for name in (MODEL, NAIVE, BASE)
    )
    n = counted(int(by["deals"][MODEL]), "deal")
    return f"Fitted from {counted(found.deals, 'closed deal')}; tested on {n} as they stood since {found.cut}: {told}."
