"""Figure of transferability scores: both panels show the same layers and ring the best one."""

import pytest
from small_results import HOSTILE, make_ratings, strings

from translearn_core import plots


@pytest.mark.parametrize("dark", [False, True])
def test_each_backbone_is_a_line_in_both_panels(dark):
    transferability = make_ratings(("bundled", HOSTILE))
    figure = plots.layer_ratings(transferability, dark)
    assert [trace.yaxis for trace in figure.data] == ["y", "y2"] * 2
    assert [trace.showlegend for trace in figure.data] == [True, False] * 2
    for trace, column in zip(figure.data, ("LogME", "probe") * 2, strict=True):
        some = transferability.layers[
            transferability.layers["backbone"] == ("bundled" if trace.legendgroup == "0" else HOSTILE)
        ]
        assert list(trace.y) == some[column].tolist()
        assert list(trace.x) == some["layer"].tolist()
        sizes = list(trace.marker.size)
        assert sizes.index(max(sizes)) == int(some[column].to_numpy().argmax())
        assert sizes.count(max(sizes)) == 1
    assert "<b>x" not in " ".join(strings([trace.name for trace in figure.data]))
