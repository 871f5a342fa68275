"""Label efficiency on a small table: nested subsets, baselines, and the runs of a study."""

import numpy as np
import pandas as pd
import pytest
from worker_bench import ME, Bench

from tests.targets import named_classes
from translearn_core.analysis.probing.linear_probe import STRENGTHS
from translearn_core.analysis.tfidf import tfidf_logistic_regression
from translearn_core.config import BackboneConfig, ExperimentConfig, FreezePlan, Split, expand_grid, job_id
from translearn_core.config.few_labels.zero_shot import ZeroShotMethod
from translearn_core.data import PreparedDataset, prepare
from translearn_core.errors import ConfigError
from translearn_core.jobs import LABEL_EFFICIENCY, LabelEfficiencyArm, LabelEfficiencyConfig, ZeroShotConfig
from translearn_core.results import Evaluation, LabelEfficiency, RunSummary
from translearn_core.results.diagnostics.baselines import (
    ENTAILMENT,
    FROZEN,
    PROTOTYPES,
    SCRATCH,
    WORDS,
    ZERO_SHOT,
)
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot
from translearn_core.results.metric import metric_of
from translearn_core.runs import Studies, artifacts
from translearn_core.runs.studies.label_efficiency import (
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_study,
)
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared, load_table, load_versions
from translearn_core.worker.diagnostics.few_labels import label_efficiency, label_efficiency_baselines
from translearn_core.worker.run_results import row_keys

ACCURACY = metric_of("accuracy")
SIZES, SEEDS, ROWS = (8, 16, 68), (0, 1, 2), 68


def subsets_of(
    bench: Bench, efficiency_config: LabelEfficiencyConfig, whole: PreparedDataset
) -> label_efficiency_baselines.Subset:
    return label_efficiency_baselines.draw_subsets(
        load_versions(bench.store.workspace, efficiency_config.data.dataset), efficiency_config, whole
    )


def context_of(bench: Bench) -> Context:
    job = bench.store.runs(ME, LABEL_EFFICIENCY)[0].job
    return Context(bench.store, job, bench.store.workspace.run(job.id), {})


@pytest.fixture(scope="module")
def efficiency_config(experiment: ExperimentConfig) -> LabelEfficiencyConfig:
    return label_efficiency_config(experiment, SIZES, SEEDS, balanced=False)


@pytest.fixture(scope="module")
def free(bench: Bench, efficiency_config: LabelEfficiencyConfig) -> LabelEfficiency:
    return bench.do(efficiency_config, LabelEfficiency)


@pytest.fixture(scope="module")
def cells(bench: Bench, experiment: ExperimentConfig) -> tuple[LabelEfficiencyArm, ...]:
    """Train the study on 8 and on all labels, except its last run."""
    whole = prepare(load_table(bench.store.workspace, experiment.data.dataset), experiment.data)
    assert len(whole.split_indices(Split.TRAIN)) == ROWS
    config = label_efficiency_study(experiment, ROWS, (8, ROWS), SEEDS, balanced=False)
    short = {**config.settings, "training.epochs": 1}
    config = config.model_copy(update={"min_steps": 2, "settings": short})
    blocks = {experiment.backbone.label: 3}
    study = Studies(bench.store).add(ME, "curve", config, blocks)
    for one in expand_grid(config, blocks)[:-1]:
        bench.do(one.config, RunSummary)
    return label_efficiency_arms(study, study.jobs[:-1], ROWS)


@pytest.fixture(scope="module")
def trained(
    bench: Bench, experiment: ExperimentConfig, free: LabelEfficiency, cells: tuple[LabelEfficiencyArm, ...]
) -> LabelEfficiency:
    return bench.do(
        label_efficiency_config(experiment, SIZES, SEEDS, balanced=False, arms=cells, reference_size=8),
        LabelEfficiency,
    )


def test_subsets_are_nested_equal_those_of_the_runs_and_differ_by_seed(
    bench: Bench, efficiency_config: LabelEfficiencyConfig
) -> None:
    whole = load_prepared(bench.store.workspace, efficiency_config.data)
    drawn = subsets_of(bench, efficiency_config, whole)
    for seed, of_seed in zip(SEEDS, drawn, strict=True):
        few, more, every = (set(rows.tolist()) for rows in of_seed)
        assert few < more < every
        assert [len(rows) for rows in of_seed] == list(SIZES)
        given = load_prepared(
            bench.store.workspace,
            efficiency_config.data.model_copy(update={"train_rows": 16, "subset_seed": seed}),
        )
        assert {whole.texts[i] for i in more} == {given.texts[i] for i in given.split_indices(Split.TRAIN)}
    assert len({tuple(of_seed[0].tolist()) for of_seed in drawn}) == len(SEEDS)


def test_balanced_subsets_hold_equally_many_rows_per_class(
    bench: Bench, experiment: ExperimentConfig
) -> None:
    efficiency_config = label_efficiency_config(experiment, (8, 32), SEEDS, balanced=True)
    whole = load_prepared(bench.store.workspace, efficiency_config.data)
    for of_seed in subsets_of(bench, efficiency_config, whole):
        assert [np.bincount(whole.labels[rows]).tolist() for rows in of_seed] == [[4, 4], [16, 16]]


def test_baselines_are_scored_on_every_subset(
    bench: Bench, efficiency_config: LabelEfficiencyConfig, free: LabelEfficiency
) -> None:
    assert (free.names, free.sizes, free.seeds) == ((WORDS, FROZEN, PROTOTYPES), SIZES, SEEDS)
    assert free.scores.shape == (3, 3, 3)
    assert 0 <= free.zero_shot.low <= free.zero_shot.value <= free.zero_shot.high <= 1
    assert np.isnan(free.scores[:, 2, 1:]).all(), "there is one way only to draw all rows"
    assert np.isfinite(free.scores[:, :2]).all()
    whole = load_prepared(bench.store.workspace, efficiency_config.data)
    rows, test = subsets_of(bench, efficiency_config, whole)[1][1], whole.split_indices(Split.TEST)
    texts = np.asarray(whole.texts, dtype=object)
    words = tfidf_logistic_regression(texts[rows].tolist(), whole.labels[rows], texts[test].tolist(), seed=1)
    expected = (words == whole.labels[test]).mean()
    assert free.scores[0, 1, 1] == pytest.approx(expected)
    assert ((free.low <= free.mean) & (free.mean <= free.high)).all()
    assert (free.n_test, free.n_validation) == (len(test), len(whole.split_indices(Split.VALIDATION)))
    assert f"With {ROWS} labels the frozen probe" in free.sentences[0]


def test_an_nli_model_has_a_point_by_entailment_without_labels(
    bench: Bench, experiment: ExperimentConfig, nli: BackboneConfig, free: LabelEfficiency
) -> None:
    assert free.entailment is None
    assert ENTAILMENT not in set(free.frame()["method"])
    of_nli = experiment.model_copy(update={"backbone": nli, "freeze": FreezePlan(blocks=(1,))})
    config = label_efficiency_config(of_nli, (8,), (0,), balanced=False)
    found = bench.do(config, LabelEfficiency)
    asked = {"data": config.data, "backbone": nli, "features": config.features, "precision": config.precision}
    alone = bench.do(ZeroShotConfig(**asked), ZeroShot)
    assert alone.method is ZeroShotMethod.ENTAILMENT
    assert found.entailment.value == pytest.approx(alone.metrics["accuracy"].value)
    by_similarity = bench.do(ZeroShotConfig(**asked, method=ZeroShotMethod.SIMILARITY), ZeroShot)
    assert found.zero_shot.value == pytest.approx(by_similarity.metrics["accuracy"].value)
    first = found.frame().iloc[:2]
    assert first["method"].tolist() == [ZERO_SHOT, ENTAILMENT]
    assert first["labels"].tolist() == [0, 0]
    assert first["accuracy"].iloc[1] == found.entailment.value


def test_probe_layers_exist(free: LabelEfficiency) -> None:
    assert free.layers.shape == (3, 3)
    assert ((free.layers >= 0) & (free.layers <= 3)).all()
    assert np.isin(free.c, STRENGTHS).all()
    draws = free.draws().set_index("method")
    assert draws.loc[FROZEN, "C"].tolist() == free.c.ravel().tolist()
    assert draws.loc[WORDS, "C"].isna().all()


def test_runs_and_baselines_share_the_test_rows(
    bench: Bench, free: LabelEfficiency, trained: LabelEfficiency, cells: tuple[LabelEfficiencyArm, ...]
) -> None:
    own = "own settings, block 2"
    assert trained.names == (WORDS, FROZEN, PROTOTYPES, own, SCRATCH)
    np.testing.assert_array_equal(trained.scores[:3], free.scores)
    assert np.isnan(trained.scores[3:, 1]).all(), "nobody trained on 16"
    assert np.isnan(trained.scores[4, 2, 2]), "the last run is not there yet"
    assert np.isfinite(trained.scores[3:, 0]).all()
    for cell in cells:
        for seed, job in enumerate(cell.jobs):
            predictions = artifacts.load(bench.store.workspace.run(job), Evaluation).predictions
            score = predictions.loc[predictions["split"] == "test", "score"].mean()
            measured = trained.scores[trained.names.index(cell.name), SIZES.index(cell.rows), seed]
            assert measured == pytest.approx(score)
    first = trained.sentences[0]
    assert f"With 8 labels the pretrained model ({own})" in first
    assert "training from scratch" in first
    assert [(reach.better, reach.worse) for reach in trained.reaches] == [
        (own, SCRATCH), (own, WORDS), (FROZEN, SCRATCH), (FROZEN, WORDS),
    ]  # fmt: skip
    assert len(trained.sentences) == 4
    frame = trained.frame()
    assert frame.loc[(frame["method"] == SCRATCH) & (frame["labels"] == ROWS), "draws"].item() == 2
    assert len(trained.draws()) == 5 * 3 * 3


def test_another_target_size_reuses_the_baselines(
    bench: Bench, experiment: ExperimentConfig, trained: LabelEfficiency,
    cells: tuple[LabelEfficiencyArm, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def again(*_: object) -> None:
        raise AssertionError("learnt again")

    monkeypatch.setattr(label_efficiency, "fit_label_efficiency_baselines", again)
    efficiency_config = label_efficiency_config(
        experiment, SIZES, SEEDS, balanced=False, arms=cells, reference_size=ROWS
    )
    measured = bench.do(efficiency_config, LabelEfficiency)
    assert measured.reference_size == ROWS
    np.testing.assert_array_equal(measured.scores, trained.scores)
    assert f"With {ROWS} labels" in measured.sentences[0]


def test_runs_tested_on_other_rows_are_refused(
    bench: Bench, experiment: ExperimentConfig, cells: tuple[LabelEfficiencyArm, ...]
) -> None:
    other = experiment.data.split.model_copy(update={"seed": 5})
    data = experiment.data.model_copy(update={"split": other})
    elsewhere = experiment.model_copy(update={"data": data})
    with pytest.raises(ConfigError, match="tested on"):
        bench.do(
            label_efficiency_config(elsewhere, SIZES, SEEDS, balanced=False, arms=cells), LabelEfficiency
        )


def test_runs_of_another_number_of_labels_are_refused(
    bench: Bench, experiment: ExperimentConfig, cells: tuple[LabelEfficiencyArm, ...]
) -> None:
    wrong = (cells[0].model_copy(update={"rows": 16}),)
    with pytest.raises(ConfigError, match="runs of 8 rows"):
        bench.do(
            label_efficiency_config(experiment, SIZES, SEEDS, balanced=False, arms=wrong), LabelEfficiency
        )


def test_more_labels_than_training_rows_are_refused(bench: Bench, experiment: ExperimentConfig) -> None:
    with pytest.raises(ConfigError, match=r"sizes is 500.*at most 68"):
        bench.do(label_efficiency_config(experiment, (8, 500), SEEDS, balanced=False), LabelEfficiency)


def test_a_crossing_known_by_construction_is_found() -> None:
    sizes, rows = (8, 32, 128, 512), 400
    ahead = _arm("last-k", [0.80, 0.90, 0.92, 0.93], rows)
    behind = _arm(SCRATCH, [0.55, 0.60, 0.80, 0.90], rows, scratch=True)
    sentence, reach = label_efficiency.find_crossing(sizes, 8, ahead, behind, ACCURACY)
    assert "With 8 labels" in sentence
    assert "about 130" in sentence
    assert (reach.better, reach.worse, reach.reference_size) == ("last-k", SCRATCH, 8)
    assert reach.score == pytest.approx(0.8, abs=0.003)
    assert reach.labels == pytest.approx(128, rel=0.05)
    assert reach.low <= reach.labels <= reach.high
    sentence, reach = label_efficiency.find_crossing(sizes, 512, ahead, behind, ACCURACY)
    assert "no crossing" in sentence
    assert reach.labels is None
    assert label_efficiency.find_crossing(sizes, 4, ahead, behind, ACCURACY) is None


def _arm(name: str, shares: list[float], rows: int, *, scratch: bool = False) -> label_efficiency.Arm:
    hard = np.random.default_rng(3).permutation(rows) / rows
    correct = np.stack([np.stack([hard < share] * 3) for share in shares])
    return label_efficiency.Arm(name, np.ones((len(shares), 3), dtype=np.bool_), correct, scratch)


@pytest.mark.parametrize(("labels", "says"), [([0, 1, 1, 1], True), ([0, 1, 0, 1], False)])
def test_test_rows_of_one_class_give_a_warning(labels: list[int], says: bool) -> None:
    rows = np.arange(4)
    prepared = PreparedDataset(
        (named_classes(labels, "no", "yes"),), ("a", "b", "c", "d"), rows // 2 * 2, rows, ()
    )
    sentence = label_efficiency._no_task(prepared, rows[2:])
    assert bool(sentence) is says
    if says:
        assert "2 test rows, with rows of the one class 'yes'" in sentence[0]


def test_the_test_rows_may_come_in_any_order(bench: Bench, cells: tuple[LabelEfficiencyArm, ...]) -> None:
    job = cells[0].jobs[0]
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    tested = evaluation.predictions[evaluation.predictions["split"] == "test"]
    order = row_keys(tested)
    right = label_efficiency._row_scores(context_of(bench), cells[0], job, order[::-1])
    pd.testing.assert_series_equal(
        pd.Series(right[::-1]), tested["score"].reset_index(drop=True), check_names=False
    )


def test_every_run_of_the_study_is_a_distinct_job(experiment: ExperimentConfig) -> None:
    config = label_efficiency_study(experiment, ROWS, SIZES, SEEDS, balanced=False)
    planned = expand_grid(config, {experiment.backbone.label: 3})
    assert len({job_id(one.config) for one in planned}) == 2 * 3 * 3
