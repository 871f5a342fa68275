"""Preset repetitions of a study's runs: seeds, and folds where rows are few."""

from pages._ui.shell import jobs
from translearn_core.config import DataConfig, Split
from translearn_core.jobs import ReadConfig
from translearn_core.results.evaluation import SMALL_TEST_SET


def first_repetitions(data: DataConfig, test_rows: int) -> dict[str, int]:
    """Return the preset number of seeds, and of folds where few test rows would be drawn.

    Every row is then tested on, twice, so that smaller differences can be told from chance.
    """
    reading = jobs.known(ReadConfig(dataset=data.dataset))
    split = data.split
    given = split.column or split.time or split.test_groups or reading is None or Split.TEST in reading.parts
    return {"seeds": 3} if given or test_rows >= SMALL_TEST_SET else {"seeds": 2, "k_folds": 5}
