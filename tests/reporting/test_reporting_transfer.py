"""The section on transfer between domains: captions of its figures, and numbers in the unit of the loss."""

from dataclasses import replace

import pytest

from tests.plots.domain_results import make_transfer
from translearn_core import plots
from translearn_core.reporting.diagnostics.transfer_matrix import section
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.diagnostics.transfer_matrix import TFIDF_MODEL


def test_only_the_frozen_probe_has_a_layer_to_choose():
    probe, words, _ = section(make_transfer(("books", "films")), ReportData("x")).blocks[:3]
    assert "The layer is chosen on validation rows" in probe.caption
    assert words.heading == TFIDF_MODEL
    assert "layer" not in words.caption


@pytest.mark.parametrize(("metric", "digits"), [("accuracy", ".1f"), ("mae", ".3f")])
def test_a_loss_has_the_digits_of_its_unit(metric: str, digits: str):
    figure = plots.loss_and_distance(replace(make_transfer(("books", "films")), loss_metric=metric))
    assert all(f"%{{y:{digits}}}" in trace.hovertemplate for trace in figure.data)
