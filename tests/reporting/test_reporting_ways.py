"""Report of a study of ways: its question, and what its worth needs."""

import pytest

from tests.config.test_config_domains import BLOCKS, ways
from tests.sentences.comparisons import arm
from translearn_core.config import Way, expand_grid
from translearn_core.reporting.diagnostics.comparison import NO_WORTH, section
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Comparison


@pytest.mark.parametrize("chosen", [(Way.SOURCE, Way.CORAL), (Way.SOURCE, Way.TARGET)])
def test_without_target_only_the_worth_is_said_to_need_it(chosen: tuple[Way, ...]):
    study = ways(*chosen)
    planned = expand_grid(study, BLOCKS)
    names = list(dict.fromkeys(run.name for run in planned))
    comparison = Comparison(names[0], 60, tuple(arm(name, None, None) for name in names))
    shown = section(comparison, ReportData("x", study=study, planned=planned))
    assert shown.title == "How do the adaptation methods compare?"
    assert (NO_WORTH in shown.caveats) is (Way.TARGET not in chosen)
    titles = next(shown.tables).frame["configuration"].tolist()
    assert any(title.endswith(", 8 target labels") for title in titles)
