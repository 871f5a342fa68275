"""Two runs on their common test rows, also of two versions of a data set."""

from dataclasses import replace

import numpy as np
import pytest
from worker_bench import ME, Bench

from translearn_core.config import ExperimentConfig, Split, SplitConfig, TargetConfig
from translearn_core.config.table_edits import CellEdit
from translearn_core.errors import ConfigError, TooFewSamplesError
from translearn_core.jobs import PairedComparisonConfig
from translearn_core.results import Evaluation, PairedComparison
from translearn_core.runs import artifacts


def held_out(bench: Bench, job: str):
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    assert evaluation is not None
    rows = evaluation.predictions
    return rows[rows["split"] == str(Split.TEST)].set_index("row").sort_index()


def seeded(experiment: ExperimentConfig, seed: int, **data: object) -> ExperimentConfig:
    training = experiment.training.model_copy(update={"seed": seed})
    return experiment.model_copy(
        update={"training": training, "data": experiment.data.model_copy(update=data)}
    )


@pytest.fixture(scope="module")
def jobs(bench: Bench, experiment: ExperimentConfig) -> tuple[str, str]:
    short = experiment.training.model_copy(update={"epochs": 1, "lr": 1e-5, "head_lr": 1e-4})
    weak = experiment.model_copy(update={"training": short})
    return bench.train(weak), bench.train(seeded(experiment, 1))


@pytest.fixture(scope="module")
def result(bench: Bench, jobs: tuple[str, str]) -> PairedComparison:
    return bench.do(PairedComparisonConfig(job=jobs[0], other=jobs[1]), PairedComparison)


def test_the_same_rows_are_paired(bench: Bench, jobs: tuple[str, str], result: PairedComparison) -> None:
    one, two = (held_out(bench, job) for job in jobs)
    hits = [(rows["label"] == rows["predicted"]).to_numpy() for rows in (one, two)]
    assert (result.rows, result.unpaired, result.relabelled) == (len(one), 0, 0)
    assert result.first.value == pytest.approx(hits[0].mean())
    assert result.second.value == pytest.approx(hits[1].mean())
    assert result.difference.value == pytest.approx(hits[1].mean() - hits[0].mean())
    assert result.outcomes == (
        (hits[0] & hits[1]).sum(), (hits[0] & ~hits[1]).sum(), (~hits[0] & hits[1]).sum(),
        (~hits[0] & ~hits[1]).sum(),
    )  # fmt: skip
    swapped = bench.do(PairedComparisonConfig(job=jobs[1], other=jobs[0]), PairedComparison)
    assert swapped.difference.value == -result.difference.value
    assert swapped.outcomes == tuple(np.asarray(result.outcomes)[[0, 2, 1, 3]])


def test_both_are_scored_against_the_labels_of_the_newer_version(
    bench: Bench, experiment: ExperimentConfig, jobs: tuple[str, str]
) -> None:
    old = held_out(bench, jobs[1])
    changed = old.index[:3].tolist()
    other = {"yes": "no", "no": "yes"}
    edits = [CellEdit(row=row, column="liked", value=other[old.loc[row, "label"]]) for row in changed]
    version = bench.store.add_version(ME, experiment.data.dataset, edits)
    job = bench.train(seeded(experiment, 1, dataset=version.digest))
    new = held_out(bench, job)
    assert new.index.equals(old.index)
    for pair in ((jobs[1], job), (job, jobs[1])):
        result = bench.do(PairedComparisonConfig(job=pair[0], other=pair[1]), PairedComparison)
        assert (result.rows, result.relabelled) == (len(old), 3)
        values = [(rows["predicted"] == new["label"]).mean() for rows in (old, new)]
        expected = values if pair[1] == job else values[::-1]
        assert [result.first.value, result.second.value] == pytest.approx(expected)


def test_runs_without_a_common_test_row_are_refused(bench: Bench, experiment: ExperimentConfig) -> None:
    jobs = []
    for first in (0, 3):
        rows = [
            f"{text} {number},{label},{'test' if number % 6 == first else 'train'}"
            for number, (text, label) in enumerate([("good film", "yes"), ("bad film", "no")] * 30)
        ]
        table = ("text,liked,part\n" + "\n".join(rows)).encode()
        dataset = bench.store.add_dataset(ME, f"{first}.csv", {"train": table})
        split = SplitConfig(column="part")
        jobs.append(bench.train(seeded(experiment, 0, dataset=dataset.digest, split=split)))
    with pytest.raises(TooFewSamplesError, match="no common row"):
        bench.do(PairedComparisonConfig(job=jobs[0], other=jobs[1]), PairedComparison)


def test_runs_of_two_targets_are_refused(bench: Bench, experiment: ExperimentConfig) -> None:
    rows = [f"film {k},{('yes', 'no')[k % 2]},{('calm', 'loud')[k // 2 % 2]}" for k in range(60)]
    dataset = bench.store.add_dataset(
        ME, "two.csv", {"train": ("text,liked,tone\n" + "\n".join(rows)).encode()}
    )
    jobs = [
        bench.train(seeded(experiment, 0, dataset=dataset.digest, targets=(TargetConfig(column=column),)))
        for column in ("liked", "tone")
    ]
    with pytest.raises(ConfigError, match="predicts 'liked'"):
        bench.do(PairedComparisonConfig(job=jobs[0], other=jobs[1]), PairedComparison)


def test_the_sentences_name_what_was_counted(result: PairedComparison) -> None:
    verdict, outcomes = result.sentences("A", "B")
    assert f"{result.rows} test rows" in verdict
    assert "A" in verdict
    assert ("could be chance" in verdict) is not result.difference.excludes_zero
    assert all(f"{number:,}" in outcomes for number in result.outcomes)
    more = replace(result, relabelled=1, unpaired=2).sentences("A", "B")
    assert "1 of these rows has" in more[2]
    assert "2 rows were" in more[3]
