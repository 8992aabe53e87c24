"""Every metric is registered, tested and explained; the failure says the mend."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import ROOT
from xlpipeline.metrics import METRICS
from xlpipeline.model.register import Metric

NOT_A_METRIC = {
    "__init__", "wilson", "aalen_johansen", "kaplan_meier", "landmark", "beta_binomial",
    "slip_base", "pushes", "waterfall_moves",
}  # fmt: skip
"""Statistics, and parts of a metric that stand in a file of their own."""
FILES = sorted(path.stem for path in (ROOT / "xlpipeline" / "metrics").glob("*.py") if path.stem not in NOT_A_METRIC)


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_its_metric_in_the_register(name: str) -> None:
    metric = getattr(import_module(f"xlpipeline.metrics.{name}"), "METRIC", None)
    assert isinstance(metric, Metric), f"please give xlpipeline/metrics/{name}.py a METRIC"
    assert metric.name == name, f"please call the METRIC of xlpipeline/metrics/{name}.py '{name}'"
    assert metric in METRICS, f"please add {name}.METRIC to METRICS in xlpipeline/metrics/__init__.py, in report order"


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_its_test(name: str) -> None:
    test = Path("tests", "metrics", f"test_{name}.py")
    assert (ROOT / test).exists(), f"please write {test} with a table of five deals"


def test_no_metric_is_registered_twice() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS) == len(FILES)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_each_text_is_there(metric: Metric) -> None:
    for one in fields(metric):
        assert getattr(metric, one.name).strip(), f"please fill {one.name} of the METRIC in metrics/{metric.name}.py"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_definition_is_one_sentence(metric: Metric) -> None:
    mend = f"please make the definition in metrics/{metric.name}.py one sentence that ends with a full stop"
    assert metric.definition.endswith("."), mend
    assert ". " not in metric.definition, mend
