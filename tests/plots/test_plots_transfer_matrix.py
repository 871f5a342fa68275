"""Cells of the transfer matrix."""

from dataclasses import replace

import pytest
from domain_results import make_transfer

from translearn_core import plots
from translearn_core.results.diagnostics.transfer_matrix import FROZEN_PROBE


@pytest.mark.parametrize(("domains", "decimals"), [(4, 1), (6, 0)])
def test_intervals_of_many_domains_are_rounded_in_the_cell_and_whole_below_the_pointer(
    domains: int, decimals: int
) -> None:
    matrix = make_transfer(("a", "b", "c", "d"))
    matrix = replace(matrix, domains=(*matrix.domains, "e", "f")[:domains])
    cell = matrix.cells[matrix.cells["model"] == FROZEN_PROBE].iloc[0]
    (cells,) = plots.transfer_matrix(matrix, FROZEN_PROBE).data
    low, high = 100 * cell["low"], 100 * cell["high"]
    assert cells.text[0][0] == f"<b>{100 * cell['score']:.1f}</b><br>{low:.{decimals}f}–{high:.{decimals}f}"
    assert f"({low:.1f}–{high:.1f})" in cells.hovertext[0][0]
