"""Costs of studies: rows of every domain as they are prepared, and estimates in the order of the work."""

import numpy as np
import pandas as pd
import pytest

from tests.training.test_cost_model import MODEL, TASK, TIMED
from translearn_core.config import (
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    StudyConfig,
    Way,
    expand_grid,
)
from translearn_core.config.settings import Settings
from translearn_core.data import TokenStatistics, diagnose, prepare, read_table
from translearn_core.results import Diagnosis, Workload
from translearn_core.results.costs.study_cost import StudyCost, Timing, estimate_study

SPLITS = ("train", "validation", "test")
DATA = DataConfig(dataset="d", text="text", label="label", domains=DomainConfig(column="language"))
LABEL = "all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    lines = [
        f"text {domain} {number},{('yes', 'no', '')[number % 5 // 2]},{domain}"
        for domain, count in (("en", 4000), ("zh", 1000), ("ru", 250))
        for number in range(count)
    ]
    path = tmp_path_factory.mktemp("domains") / "table.csv"
    path.write_text("text,label,language\n" + "\n".join(lines))
    return read_table({"train": path}, Settings())[0]


@pytest.fixture(scope="module")
def diagnosis(table: pd.DataFrame) -> Diagnosis:
    lengths = np.full(len(table), 23)
    return diagnose(table, DATA, TokenStatistics("model", 128, 0.0, 1.0, lengths))[0]


@pytest.mark.parametrize(
    "domains",
    [
        {"source": ("en",), "target": ("zh",)},
        {"source": ("en",), "target": ("zh", "ru"), "target_labels": 64},
        {"source": ("en",), "target": ("zh",), "target_labels": 64, "use_source": False},
        {"source": ("en", "zh"), "target": ("zh",), "target_labels": None},
        {"source": ("en",), "target": ("ru",), "target_labels": None},
        {"target": ("ru",)},
        {"source": ("zh",)},
        {},
    ],
)
def test_the_rows_of_a_way_are_those_that_are_prepared(
    table: pd.DataFrame, diagnosis: Diagnosis, domains: dict
):
    data = DATA.model_copy(update={"domains": DomainConfig(column="language", **domains)})
    prepared, task = prepare(table, data), Workload.of(diagnosis, data)
    assert [getattr(task, name) for name in SPLITS] == np.bincount(prepared.split).tolist()
    assert task.unlabelled == len(prepared.unlabelled)
    of_target = np.isin(prepared.domain, sorted({*data.domains.target} - {*data.domains.source}))
    if domains.get("source") and domains.get("target"):
        assert task.target_train == int((of_target & (prepared.split == 0)).sum())
        assert task.target_validation == int((of_target & (prepared.split == 1)).sum())


def cost(diagnosis: Diagnosis, *ways: Way, sizes: tuple[int | None, ...], seeds: int = 1) -> StudyCost:
    data = DATA.model_copy(
        update={"domains": DomainConfig(column="language", source=("en",), target=("zh",))}
    )
    own = ExperimentConfig(data=data, freeze=FreezePlan.last_n(2, 6))
    study = StudyConfig(data=data, custom_recipe=own, ways=ways, sizes=sizes, seeds=tuple(range(seeds)))
    planned = expand_grid(study, {LABEL: 6})
    return estimate_study(planned, {LABEL: Timing(MODEL, TIMED)}, diagnosis)


def test_ways_cost_as_much_as_they_compute(diagnosis: Diagnosis):
    def each(size: int | None, *ways: Way) -> dict[str, float]:
        return {arm.name: arm.total for arm in cost(diagnosis, *ways, sizes=(size,)).arms}

    without = each(0, *Way)
    assert without[Way.SOURCE] < without[Way.IMPORTANCE] < without[Way.CORAL]
    assert without[Way.CORAL] == without[Way.MMD] == without[Way.DANN], "all draw as many target rows"
    assert without[Way.SELF_TRAINING] > 3 * without[Way.SOURCE]
    few, every = each(64, *Way), each(None, *Way)
    assert few[Way.TARGET] < 0.3 * few[Way.BOTH]
    assert few[Way.TARGET] < every[Way.TARGET] < every[Way.BOTH]
    assert few[Way.BOTH] < every[Way.BOTH]
    assert few[Way.SEQUENTIAL] == few[Way.SLOW] == pytest.approx(few[Way.BOTH], rel=0.2)
    assert few[Way.PRETRAIN_TARGET] > few[Way.BOTH]
    whole = TIMED.estimate(MODEL, ExperimentConfig(data=DATA, freeze=FreezePlan.last_n(2, 6)), TASK)
    assert every[Way.BOTH] < whole.seconds  # 6,920 rows


def test_a_pretraining_is_counted_once_for_all_seeds_and_labels(diagnosis: Diagnosis):
    (one,), (six,) = (
        cost(diagnosis, Way.PRETRAIN_TARGET, sizes=sizes, seeds=seeds).arms
        for sizes, seeds in (((64,), 1), ((8, 64), 3))
    )
    assert (one.runs, six.runs) == (1, 6)
    assert one.pretraining == six.pretraining > 0
    assert six.seconds > 5 * one.seconds
    assert "after about" in six.sentence()
    assert "6 runs" in six.sentence()


def test_the_table_of_costs_and_the_sentences_say_the_same(diagnosis: Diagnosis):
    of_ways = cost(diagnosis, Way.SOURCE, Way.CORAL, sizes=(0, 64), seeds=2)
    frame = of_ways.frame()
    assert frame.columns[0] == "way"
    assert frame["runs"].tolist() == [2, 4]
    assert frame["seconds in all"].sum() == pytest.approx(of_ways.seconds, abs=2)
    *each, every = of_ways.sentences()
    assert [sentence.split(":")[0] for sentence in each] == frame["way"].tolist()
    assert every.startswith("All 6 runs: about")
    assert cost(diagnosis, Way.SOURCE, sizes=(0,)).sentences()[0].startswith("source only: about")
