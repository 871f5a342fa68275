"""Transfer matrix: domains that are left out, and those that the backbone cannot read."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.plots.domain_results import make_transfer
from translearn_core import plots
from translearn_core.reporting.diagnostics.transfer_matrix import section
from translearn_core.reporting.report_data import ReportData

ROWS = {"train": 3, "validation": 0, "test": 0}


def with_tiny(**rows: int) -> pd.DataFrame:
    """Return the texts of a matrix of two domains with a third of few rows."""
    texts = make_transfer(("en", "zh")).texts
    return pd.concat([texts, texts.iloc[:1].assign(domain="tiny", **(ROWS | rows))], ignore_index=True)


def test_a_domain_of_few_rows_is_named_with_its_rows():
    matrix = replace(make_transfer(("en", "zh")), texts=with_tiny())
    (sentence,) = matrix.outside()
    assert sentence.startswith("'tiny' is left out: it has 3 train, 0 validation and 0 test rows; to be")
    assert sentence in section(matrix, ReportData("")).sentences


@pytest.mark.parametrize(("tested", "learned", "said"), [(1, 0, "only tested"), (0, 1, "only learned from")])
def test_a_domain_that_is_used_one_way_only_is_named(tested: int, learned: int, said: str):
    matrix = make_transfer(("en", "zh"))
    matrix = replace(
        matrix,
        texts=with_tiny(test=tested),
        domains=(*matrix.domains, *["tiny"] * tested),
        sources=(*matrix.sources, *["tiny"] * learned),
    )
    (sentence,) = matrix.outside()
    assert f"'tiny' is {said}: it has 3 train" in sentence


def test_overlap_says_how_many_texts_it_rests_on():
    matrix = replace(make_transfer(("en", "zh")), texts=with_tiny())
    overlap = next(table for table in section(matrix, ReportData("")).tables if "neighbours" in table.name)
    assert overlap.frame.set_index("domain").loc["tiny", "training texts"] == 3


def test_domains_that_the_backbone_does_not_read_are_named():
    matrix = make_transfer(("en", "zh"))
    assert matrix.unread() == ()
    texts = matrix.texts.assign(**{"unknown tokens": [0.0, 0.63]})
    (sentence,) = replace(matrix, texts=texts, backbone="all-MiniLM-L6-v2").unread()
    assert "63 % of 'zh' are unknown to all-MiniLM-L6-v2" in sentence
    assert "'en'" not in sentence


def test_axes_of_distances_hold_possible_values_alone():
    figure = plots.loss_and_distance(make_transfer(("en", "zh", "ru")))
    least, most = zip(*(figure.layout[axis].range for axis in ("xaxis", "xaxis2", "xaxis3")), strict=True)
    assert min(least) > -0.1
    assert most[0] < 2.1
    assert most[2] < 1.1
    assert all(len(figure.layout[axis].tickvals) == 3 for axis in ("xaxis", "xaxis3"))
