"""Start review: freeze a snapshot and write what is to be talked through with each rep."""

from __future__ import annotations

from xlpipeline.addin.click import Click


def run(click: Click) -> str:
    """Start the review; what people wrote into the last one is kept.

    Raises:
        RequestError: the workbook is too old to hold reviews.
        BookError: the workbook is none of ours, or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    workbook = click.workbook()
    from xlpipeline.jobs.review import review_in  # noqa: PLC0415 - pandas takes a second

    outcome = review_in(workbook, now=click.now, user=click.user, progress=click.progress)
    return "\n".join(outcome.sentences)
