"""Refresh metrics: the job, then one message."""

from __future__ import annotations

from xlpipeline.addin.click import Click


def run(click: Click) -> str:
    """Bring figures, stale flags and issues up to date.

    Raises:
        BookError: the workbook is none of ours, or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    from xlpipeline.jobs.refresh import refresh_in  # noqa: PLC0415 - pandas takes a second

    outcome = refresh_in(click.workbook(), now=click.now, user=click.user, progress=click.progress)
    return "\n".join(outcome.sentences)
