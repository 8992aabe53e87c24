"""Explain a metric or a check: definition, formula, why it matters, what to do."""

from __future__ import annotations

import difflib
from typing import Final

from xlpipeline.checks import CHECKS
from xlpipeline.errors import RequestError
from xlpipeline.jobs.outcome import Outcome
from xlpipeline.metrics import METRICS
from xlpipeline.model.register import Check, Metric

_ENTRIES: Final[tuple[Check | Metric, ...]] = (*METRICS, *CHECKS)
"""Where a metric and a check share a name, the metric is meant."""
_SHOWN: Final = 5


def explain(name: str = "") -> Outcome:
    """The text of one metric or check by name or title (case and spaces do not matter); all names without one.

    Raises:
        RequestError: nothing has that name; the closest names are proposed.
    """
    entries = {_key(e.name): e for e in reversed(_ENTRIES)}
    if not name:
        return _listing()
    titles = {_key(e.title): e for e in reversed(_ENTRIES)}
    entry = entries.get(_key(name)) or titles.get(_key(name))
    if entry is None:
        near = difflib.get_close_matches(_key(name), [*entries, *titles], n=3, cutoff=0.7)
        close = list(dict.fromkeys([*near, *(e.name for e in _ENTRIES if _mentions(e, name))]))[:_SHOWN]
        hint = f"did you mean {' or '.join(close)}?" if close else "'xlpipeline explain' lists all names."
        raise RequestError(f"There is no metric or check '{name:.40}'; {hint}")
    return _metric(entry) if isinstance(entry, Metric) else _check(entry)


def _mentions(entry: Check | Metric, word: str) -> bool:
    """Whether a word stands in the title or in the sentence that says what the entry is."""
    sentence = entry.definition if isinstance(entry, Metric) else entry.what
    return len(word.strip()) > 2 and word.strip().casefold() in f"{entry.title} {sentence}".casefold()


def _key(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def _listing() -> Outcome:
    width = max(len(e.name) for e in _ENTRIES) + 2
    lines = ["Metrics", *(f"  {m.name:<{width}}{m.title}" for m in METRICS)]
    lines += ["Checks", *(f"  {c.name:<{width}}{c.title}" for c in CHECKS)]
    return Outcome(tuple(lines), {"metrics": [m.name for m in METRICS], "checks": [c.name for c in CHECKS]})


def _metric(metric: Metric) -> Outcome:
    parts = {
        "Definition": metric.definition,
        "Formula": metric.formula,
        "Why it matters": metric.why,
        "What to do": metric.what_to_do,
    }
    return _outcome(metric.name, metric.title, "metric", parts)


def _check(check: Check) -> Outcome:
    parts = {
        "What": check.what,
        "Why it matters": check.why,
        "What to do": check.what_to_do,
        "Severity": check.severity,
    }
    return _outcome(check.name, check.title, "check", parts)


def _outcome(name: str, title: str, kind: str, parts: dict[str, str]) -> Outcome:
    lines = (f"{title} ({kind} {name})", *(f"  {head}: {text}" for head, text in parts.items()))
    return Outcome(lines, {"name": name, "title": title, "kind": kind, **{_key(k): v for k, v in parts.items()}})
