"""Probes of several runs: lines that lie on each other are named."""

from dataclasses import replace

from pages._ui.results.probe_comparison import coinciding_lines
from tests.plots.small_results import make_probes


def test_runs_with_the_same_probes_are_named() -> None:
    one = make_probes()
    other = replace(one, test=one.test - 0.01)
    sentence = coinciding_lines({"1. first": one, "2. other": other, "3. again": one})
    assert "1 and 3 coincide" in sentence
    assert coinciding_lines({"1. first": one, "2. other": other}) == ""
