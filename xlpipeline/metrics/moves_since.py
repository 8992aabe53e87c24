"""What moved since a moment: deals that are new, won, lost, in another stage, re-dated, or worth something else."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from xlpipeline.model.cells import dates
from xlpipeline.model.facts import Facts, once
from xlpipeline.model.history_values import unpack_column
from xlpipeline.model.past_deals import deals_at, deals_now, first_told
from xlpipeline.model.register import Metric
from xlpipeline.model.stints import stage_entries
from xlpipeline.model.tracking import history_of

METRIC = Metric(
    name="moves_since",
    title="What moved",
    definition="Deals whose stage, expected close, amount or owner is another one than at the last review.",
    formula=(
        "the deals as they are less the deals as history had them at the last review; stages: every one that the deal "
        "was in since; expected close: first against last, and how often it was put off; amount at the same rate"
    ),
    why="A review is about what changed; what stands still has its own block.",
    what_to_do="Ask what made the deal move, and whether the new date or amount is what the buyer said.",
    source="requirements F91 and F101",
)
HEADS: Final = ("deal_id", "opportunity", "rep", "stage", "amount", "kind", "what")
WON: Final = "won"


@once
def moves_since(facts: Facts, since: dt.datetime) -> pd.DataFrame:
    """What moved after ``since`` (naive, in the workbook's zone), the largest first: columns ``HEADS``.

    A deal that was entered since, but had ended before its day, is told as entered late and is not ``WON``.
    ``kind``: won, lost (or derailed), new, moved, or gone (an open deal whose row was deleted). ``amount``: minor
    units, of what is gone the last one. Before the first refresh nothing is known: that one is then the beginning.
    """
    first = first_told(facts)
    if first is None:
        return pd.DataFrame({head: pd.Series(dtype=object) for head in HEADS})
    since = max(since, first)
    before, now = deals_at(facts, since, facts.as_of), deals_now(facts)
    stages, pushed = _stages(facts, since), _put_off(facts, since)
    reasons = dict(zip(facts.deals["deal_id"], facts.deals["lost_reason"].str.strip(), strict=True))
    old: dict[Any, Any] = before.to_dict("index")
    rows: list[tuple[object, ...]] = []
    for key, deal in _rows(now).items():
        was = old.get(key)
        if was is None:
            kind, parts = _new(deal, stages.get(str(key), []), since.date())
        else:
            kind, parts = _told(facts, was, deal, stages.get(str(key), []), int(pushed.get(key, 0)))
        if kind == "lost" and reasons.get(deal["deal_id"]):
            parts.append(f"reason: {reasons[deal['deal_id']]}")
        if parts:
            rows.append((*(deal[head] for head in HEADS[:5]), kind, "; ".join(parts)))
    gone = before[before["is_open"].to_numpy(dtype=bool) & ~before.index.isin(now.index)]
    rows += [(*(deal[h] for h in HEADS[:5]), "gone", "its row was deleted") for deal in gone.to_dict("records")]
    return pd.DataFrame(rows, columns=list(HEADS)).sort_values(
        ["amount", "deal_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _told(
    facts: Facts, old: dict[str, Any], deal: dict[str, Any], stages: list[str], pushes: int
) -> tuple[str, list[str]]:
    """Kind of a move, and its parts in words; no parts where nothing moved."""
    if deal["is_won"] and not old["is_won"]:
        return WON, [_ended("won", deal)]
    parts = [" → ".join([str(old["stage"]), *stages])] if stages else []
    kind = "moved"
    if deal["is_closed"]:
        kind = "lost" if stages and not deal["is_won"] else kind
    else:
        parts += [*_close(old["expected_close"], deal["expected_close"], pushes), *_amount(facts, old, deal)]
    if old["rep"] != deal["rep"]:
        parts.append(f"handed over by {old['rep']}")
    return kind, parts


def _new(deal: dict[str, Any], stages: list[str], since: dt.date) -> tuple[str, list[str]]:
    """Kind and words of a deal that was not in the table then. What had ended before is late, and no news of a win."""
    if not deal["is_closed"]:
        return "new", [f"new in {' → '.join(stages) or deal['stage']}"]
    is_late = not pd.isna(deal["closed_on"]) and deal["closed_on"].date() < since
    how = "won" if deal["is_won"] else "lost" if deal["is_lost"] else f"ended in {deal['stage']}"
    kind = ("new" if is_late else WON) if deal["is_won"] else "lost"
    return kind, [f"entered late: {_ended(how, deal)}" if is_late else _ended(how, deal)]


def _ended(how: str, deal: dict[str, Any]) -> str:
    return how if pd.isna(deal["closed_on"]) else f"{how} on {deal['closed_on']:%Y-%m-%d}"


def _rows(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    found: dict[Any, Any] = frame.to_dict("index")
    return found


def _close(was: pd.Timestamp, then: pd.Timestamp, pushes: int) -> list[str]:
    if pd.isna(was) or pd.isna(then):
        if pd.isna(was) and pd.isna(then):
            return []
        return ["expected close taken out" if pd.isna(then) else f"expected close set to {then:%Y-%m-%d}"]
    days = (then - was).days
    if days == 0:
        return [f"expected close put off and back ({pushes} times)"] if pushes > 1 else []
    how = "put off" if days > 0 else "pulled in"
    often = f", {pushes} times" if days > 0 and pushes > 1 else ""
    return [f"{how} by {abs(days):,} {'day' if abs(days) == 1 else 'days'} to {then:%Y-%m-%d}{often}"]


def _amount(facts: Facts, old: dict[str, Any], deal: dict[str, Any]) -> list[str]:
    was, now = (float(one["amount"]) / facts.money_unit for one in (old, deal))
    if np.isnan(was) or np.isnan(now):
        if np.isnan(was) and np.isnan(now):
            return []
        return ["amount taken out" if np.isnan(now) else f"amount set to {now:,.0f}"]
    if was == now:
        return []
    change = f" ({100 * (now - was) / was:+.0f} %)" if was > 0 else ""
    return [f"amount {was:,.0f} → {now:,.0f}{change}"]


def _stages(facts: Facts, since: dt.datetime) -> dict[str, list[str]]:
    """By deal key the stages that it entered after a moment, spelled as Stages has them."""
    entries = stage_entries(history_of(facts))
    later = entries[entries["entered_not_after"] > pd.Timestamp(since)]
    names = {name.casefold(): name for name in facts.stages["stage"]}
    out: dict[str, list[str]] = {}
    for deal, stage in zip(later["deal"], later["stage"].str.strip(), strict=True):
        out.setdefault(deal, []).append(names.get(stage.casefold(), stage or "no stage"))
    return out


def _put_off(facts: Facts, since: dt.datetime) -> pd.Series[int]:
    """By deal key how often its expected close was put off after a moment."""
    events = history_of(facts).events
    moved = events[(events["kind"] == "expected_close") & (events["not_after"] > pd.Timestamp(since))]
    told = {head: unpack_column(moved[head].tolist()) for head in ("old", "new")}
    cells = pd.DataFrame({head: pd.Series(values, dtype=object) for head, values in told.items()})
    later = dates(cells, "new")[0].to_numpy() > dates(cells, "old")[0].to_numpy()
    return pd.Series(later.astype(int)).groupby(moved["deal"].to_numpy()).sum()
