"""Take snapshot: ask for a label, then the job."""

from __future__ import annotations

from xlpipeline.addin.click import Click


def run(click: Click) -> str:
    """Keep what the pipeline looks like now.

    Raises:
        RequestError: the workbook is too old to hold snapshots.
        BookError: the workbook is none of ours, or must not be written.
        SetupError: a set-up table holds something that is not allowed.
    """
    workbook = click.workbook()
    label = click.ask("What shall the snapshot be called? It may stay blank.")
    if label is None:
        return "No snapshot was taken."
    from xlpipeline.jobs.snapshot import snapshot_in  # noqa: PLC0415 - pandas takes a second

    outcome = snapshot_in(workbook, label, now=click.now, user=click.user, progress=click.progress)
    return "\n".join(outcome.sentences)
