"""The tab Definitions: every metric and check in words, when built and after a refresh."""

from __future__ import annotations

from tests.metrics.small_team import facts_of
from tests.tabs.dashboard_laws import frames_of
from xlpipeline.checks import CHECKS
from xlpipeline.metrics import METRICS
from xlpipeline.tabs.definitions import DEFINITIONS, TAB, definitions
from xlpipeline.tabs.layout import TableBlock


def test_every_metric_and_check_is_there_in_the_order_of_the_report() -> None:
    assert definitions()["Name"].tolist() == [m.name for m in METRICS] + [c.name for c in CHECKS]


def test_a_metric_is_told_in_full() -> None:
    first, metric = definitions().iloc[0], METRICS[0]
    assert first["Kind"] == "figure"
    assert first["What it is"] == metric.definition
    assert first["Formula"] == metric.formula
    assert first["Why it matters"] == metric.why
    assert first["What to do"] == metric.what_to_do


def test_a_check_says_how_serious_it_is() -> None:
    last, check = definitions().iloc[-1], CHECKS[-1]
    assert (last["Kind"], last["Formula"]) == ("check", f"severity: {check.severity}")


def test_a_new_workbook_has_what_a_refresh_writes() -> None:
    (block,) = (block for block in TAB.blocks if isinstance(block, TableBlock))
    body = frames_of(TAB.fill(facts_of([])))[DEFINITIONS.name]
    assert list(block.body) == list(body.itertuples(index=False, name=None))


def test_no_cell_is_blank() -> None:
    assert all(isinstance(cell, str) and cell for cell in definitions().to_numpy().ravel())
