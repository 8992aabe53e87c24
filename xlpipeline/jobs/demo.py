"""A filled demo workbook from data that the package makes itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from xlpipeline.jobs.new import TeamRequest, new_file
from xlpipeline.jobs.outcome import Outcome, Progress, no_progress

if TYPE_CHECKING:
    from xlpipeline.samples.records import SampleTeam

_SEED = 11
_DEALS = 600


def demo_file(
    path: Path, *, now: dt.datetime, user: str = "", deals: int = _DEALS, seed: int = _SEED,
    replace_existing: bool = False, progress: Progress = no_progress,
) -> Outcome:  # fmt: skip
    """Build ``path`` with a believable team-year up to today, refresh it, and say what was found.

    Raises:
        RequestError: the file exists already.
    """
    from xlpipeline.samples.team_year import make_team  # noqa: PLC0415 - numpy's generator is not needed elsewhere

    progress("making a team-year")
    team = make_team(seed, deals, now.date())
    request = TeamRequest(template="eight", team="Demo team", currency="EUR", tables=demo_tables(team))
    built = new_file(path, request, now=now, user=user, replace_existing=replace_existing, progress=progress)
    sentences = (
        f"Built {path.resolve()} with a made-up team-year.",
        *built.sentences[1:],
        "Open it in Excel: begin with the tab Start here. Check again any time: xlpipeline refresh " + path.name,
    )
    return Outcome(sentences, built.data, built.errors)


def demo_tables(team: SampleTeam) -> dict[str, pd.DataFrame]:
    """Bodies of the input tables; open deals stand first, the next to close on top, as a rep would sort them."""
    types = {stage.name: stage.type for stage in team.stages}
    pipeline = team.pipeline
    is_closed = pipeline["Stage"].map(types).ne("open")
    close = pd.to_datetime(pipeline["Expected close"], errors="coerce")
    order = pd.DataFrame({"closed": is_closed, "close": close.where(~is_closed), "id": pipeline["Deal ID"]})
    ordered = pipeline.loc[order.sort_values(["closed", "close", "id"], kind="stable").index]
    return {
        "Pipeline": ordered.reset_index(drop=True),
        "Activities": team.activities,
        "Leads": team.leads,
        "Reps": team.reps,
        "Quotas": team.quotas,
        "Holidays": team.holidays,
        "Products": team.products,
        "Sources": team.sources,
        "LostReasons": team.lost_reasons,
        "ActivityTypes": team.activity_types,
    }
