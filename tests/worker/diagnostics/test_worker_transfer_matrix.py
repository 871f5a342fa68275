"""Transfer matrix of a tiny backbone: a domain whose labels mean the opposite, and what the numbers say."""

import numpy as np
import pandas as pd
import pytest
from worker_bench import ME, Bench, reviews

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    SplitConfig,
    StudyConfig,
    TrainingConfig,
    Way,
    expand_grid,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.errors import ConfigError
from translearn_core.jobs import (
    TRANSFER_MATRIX,
    MatrixRuns,
    ProjectConfig,
    ReportConfig,
    TransferMatrixConfig,
)
from translearn_core.results import Comparison, Evaluation, Projection, ReportFile
from translearn_core.results.diagnostics.transfer_matrix import (
    DISTANCES,
    FROZEN_PROBE,
    TFIDF_MODEL,
    TransferMatrix,
)
from translearn_core.runs import State, Studies, Study, artifacts
from translearn_core.runs.studies.transfer_matrix import matrix_runs, transfer_study
from translearn_core.worker.data_loading import load_prepared

HOME, ALIKE, OPPOSITE = "home", "alike", "opposite"


@pytest.fixture(scope="module")
def question(bench: Bench, backbone: BackboneConfig) -> TransferMatrixConfig:
    head, *lines = reviews().decode().splitlines()
    table = [f"{head},kind"]
    for kind in (HOME, ALIKE, OPPOSITE):
        for number, line in enumerate(lines):
            text, label = line.rsplit(",", 1)
            if kind == OPPOSITE:
                label = {"yes": "no", "no": "yes"}[label]
            table.append(f'{text[:-1]} {kind[0]} {number}",{label},{kind}')
    dataset = bench.store.add_dataset(ME, "kinds.csv", {"train": "\n".join(table).encode()}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="liked", domains=DomainConfig(column="kind"))
    return TransferMatrixConfig(
        data=data, backbone=backbone, features=FeatureConfig(token_limit=32), precision=Precision.FLOAT32
    )


@pytest.fixture(scope="module")
def matrix(bench: Bench, question: TransferMatrixConfig) -> TransferMatrix:
    return bench.do(question, TransferMatrix)


def cell(matrix: TransferMatrix, model: str, source: str, target: str) -> pd.Series:
    found = matrix.cells[
        (matrix.cells["model"] == model)
        & (matrix.cells["source"] == source)
        & (matrix.cells["target"] == target)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_every_source_meets_every_domain(matrix: TransferMatrix):
    sources = [HOME, ALIKE, OPPOSITE, "all together", *(f"all but {k}" for k in (HOME, ALIKE, OPPOSITE))]
    assert matrix.models == (FROZEN_PROBE, TFIDF_MODEL)
    assert len(matrix.cells) == 2 * 7 * 3
    assert list(matrix.cells["source"].unique()) == sources
    assert (matrix.cells["low"] <= matrix.cells["score"]).all()
    assert (matrix.cells["score"] <= matrix.cells["high"]).all()


def test_what_is_alike_crosses_over_and_the_opposite_does_not(matrix: TransferMatrix):
    for model in matrix.models:
        assert cell(matrix, model, HOME, ALIKE)["score"] > 0.7
        assert cell(matrix, model, HOME, OPPOSITE)["score"] < 0.3
        assert cell(matrix, model, HOME, OPPOSITE)["loss low"] > 0.1
        assert np.isnan(cell(matrix, model, HOME, HOME)["loss"])


def test_losses_are_differences_of_scores_on_the_same_rows(matrix: TransferMatrix):
    for row in matrix.cells[matrix.cells["loss"].notna()].itertuples():
        home = cell(matrix, row.model, row.target, row.target)["score"]
        assert row.loss == pytest.approx(home - row.score, abs=1e-12)


def test_rows_that_train_are_those_of_the_source(
    bench: Bench, question: TransferMatrixConfig, matrix: TransferMatrix
):
    prepared = load_prepared(bench.store.workspace, question.data)
    train = prepared.domain[prepared.split == 0]
    assert cell(matrix, FROZEN_PROBE, HOME, ALIKE)["rows"] == (train == HOME).sum()
    assert cell(matrix, FROZEN_PROBE, "all but home", ALIKE)["rows"] == (train != HOME).sum()


def test_distances_are_those_of_pairs_and_the_sentences_name_the_worst_way(matrix: TransferMatrix):
    assert len(matrix.distances) == 6
    assert list(matrix.distances)[2:] == list(DISTANCES)
    assert matrix.distances["A-distance"].between(0, 2).all()
    assert "opposite" in matrix.sentences[0]
    assert "loses" in matrix.sentences[0]
    assert [one.n for one in matrix.agreements] == [6, 6, 6]


def test_domains_without_training_rows_are_tested_only(bench: Bench, question: TransferMatrixConfig):
    head, *lines = reviews().decode().splitlines()
    rows = [(line.rsplit(",", 1), kind) for kind in (HOME, ALIKE) for line in lines]
    written = [f'{text[:-1]} {kind}",{label},{kind}' for (text, label), kind in rows]
    files = {
        "train": "\n".join([f"{head},kind", *written[: len(lines)]]).encode(),
        "test": "\n".join([f"{head},kind", *written]).encode().replace(b" home", b" at home"),
    }
    dataset = bench.store.add_dataset(ME, "apart.csv", files, Settings())
    data = question.data.model_copy(update={"dataset": dataset.digest})
    matrix = bench.do(question.model_copy(update={"data": data}), TransferMatrix)
    assert matrix.sources == (HOME,)
    assert set(matrix.domains) == {HOME, ALIKE}
    assert set(matrix.cells["source"]) == {HOME}
    assert cell(matrix, FROZEN_PROBE, HOME, ALIKE)["score"] > 0.7
    assert np.isnan(cell(matrix, FROZEN_PROBE, HOME, ALIKE)["loss"])
    assert matrix.distances.empty
    assert "nothing is compared with learning on the target" in matrix.sentences[0]
    assert "On another domain" in matrix.sentences[1]


def test_one_tested_domain_is_held_against_runs_and_other_sources(
    bench: Bench, question: TransferMatrixConfig, top_block: ExperimentConfig
):
    head, *lines = reviews().decode().splitlines()
    rows = [(line.rsplit(",", 1), kind) for kind in (HOME, ALIKE) for line in lines]
    train = [f'{text[:-1]} {kind}",{label},{kind}' for (text, label), kind in rows]
    test = [f'{text[:-1]} there",{label},{kind}' for (text, label), kind in rows if kind == ALIKE]
    files = {
        name: "\n".join([f"{head},kind", *part]).encode() for name, part in (("train", train), ("test", test))
    }
    dataset = bench.store.add_dataset(ME, "one.csv", files, Settings())
    data = question.data.model_copy(update={"dataset": dataset.digest})
    asked = question.model_copy(update={"data": data})
    matrix = bench.do(asked, TransferMatrix)
    assert (matrix.domains, matrix.sources) == ((ALIKE,), (HOME, ALIKE))
    assert "From home to alike" in matrix.sentences[0]
    run = top_block.model_copy(
        update={"data": data.model_copy(update={"domains": DomainConfig(column="kind", source=(HOME,))})}
    )
    job = bench.train(run)
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    runs = (MatrixRuns(model="own", source=(HOME,), jobs=(job,)),)
    whole = bench.do(asked.model_copy(update={"runs": runs}), TransferMatrix)
    assert cell(whole, "own", HOME, ALIKE)["score"] == evaluation.metrics["test"].headline.value


def test_without_domains_or_with_some_of_them_it_says_so(question: TransferMatrixConfig):
    with pytest.raises(ValueError, match="name the column that holds them"):
        TransferMatrixConfig(data=question.data.model_copy(update={"domains": None}))
    some = DomainConfig(column="kind", source=(HOME,))
    with pytest.raises(ValueError, match="leave source, target and train_rows out"):
        TransferMatrixConfig(data=question.data.model_copy(update={"domains": some}))


@pytest.fixture(scope="module")
def top_block(question: TransferMatrixConfig) -> ExperimentConfig:
    """Fine-tune the top block."""
    return ExperimentConfig(
        data=question.data,
        backbone=question.backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=question.features,
        training=TrainingConfig(lr=1e-3, head_lr=1e-2, batch_size=16, precision=Precision.FLOAT32, epochs=1),
    )


@pytest.fixture(scope="module")
def study(bench: Bench, top_block: ExperimentConfig, matrix: TransferMatrix) -> Study:
    """The study of all sources with two seeds, of which some runs are finished."""
    config = transfer_study(top_block, matrix, (0, 1))
    study = Studies(bench.store).add(ME, "all sources", config, {top_block.backbone.label: 3})
    for run in expand_grid(config, study.blocks):
        source = run.config.data.domains.source
        if source in ((HOME,), (ALIKE,)) or (source == () and run.seed == 0):
            bench.train(run.config)
    return study


def test_a_study_trains_every_source_and_tests_on_all_domains(study: Study):
    assert len(study.runs) == 7 * 2
    assert {run.factors["source"] for run in study.runs} == {
        HOME, ALIKE, OPPOSITE, "all together", *(f"all but {k}" for k in (HOME, ALIKE, OPPOSITE)),
    }  # fmt: skip
    assert all(run.config.data.domains.target == () for run in expand_grid(study.config, study.blocks))


def test_finished_runs_stand_beside_the_fitted_models(
    bench: Bench, question: TransferMatrixConfig, matrix: TransferMatrix, study: Study
):
    done = [run.job for run in study.runs if bench.store.job(run.job).state is State.DONE]
    runs = matrix_runs(study, done)
    assert [(one.source, len(one.jobs)) for one in runs] == [((HOME,), 2), ((ALIKE,), 2), ((), 1)]
    whole = bench.do(question.model_copy(update={"runs": runs}), TransferMatrix)
    fitted = whole.cells[whole.cells["model"].isin(matrix.models)]
    pd.testing.assert_frame_equal(fitted, matrix.cells)
    model = runs[0].model
    assert whole.models == (*matrix.models, model)
    of_home = [artifacts.load(bench.store.workspace.run(job), Evaluation) for job in runs[0].jobs]
    crossed = cell(whole, model, HOME, ALIKE)
    assert crossed["score"] == pytest.approx(np.mean([e.domains[ALIKE].headline.value for e in of_home]))
    assert crossed["seeds"] == 2
    assert crossed["loss"] == pytest.approx(cell(whole, model, ALIKE, ALIKE)["score"] - crossed["score"])
    assert np.isnan(cell(whole, model, HOME, OPPOSITE)["loss"])  # no run learned from it
    assert cell(whole, model, "all together", ALIKE)["seeds"] == 1
    assert any(sentence.startswith(f"{model} scores") for sentence in whole.sentences)


def test_a_projection_of_a_run_shows_whether_its_domains_overlap(bench: Bench, study: Study):
    drawn = bench.do(ProjectConfig(job=study.jobs[0], layer=3), Projection)
    assert set(drawn.domains) == {HOME, ALIKE, OPPOSITE}
    assert [drawn.domains[code] for code in drawn.domain] == drawn.frame()["domain"].tolist()
    overlap = drawn.domain_overlap.set_index(["variant", "domain"])
    assert len(overlap) == 2 * 3
    assert overlap["neighbours elsewhere"].between(0, 1).all()
    tested = drawn.split == drawn.splits.index("test")
    here = tested & (drawn.domain == drawn.domains.index(OPPOSITE))
    chance = (tested.sum() - here.sum()) / (tested.sum() - 1)
    assert overlap.loc["pretrained", OPPOSITE]["elsewhere by chance"] == pytest.approx(chance)
    # the same texts have the other label there
    same = overlap.loc["pretrained"]["same label there"]
    assert same[OPPOSITE] < min(same[HOME], same[ALIKE])


def test_runs_of_other_rows_are_refused(bench: Bench, question: TransferMatrixConfig, study: Study):
    other = question.data.model_copy(update={"split": SplitConfig(seed=1)})
    wrong = question.model_copy(
        update={"data": other, "runs": (MatrixRuns(model="own", source=(HOME,), jobs=study.jobs[:1]),)}
    )
    with pytest.raises(ConfigError, match="the very rows"):
        bench.do(wrong, TransferMatrix)


def test_the_matrix_has_a_report_of_its_own(
    bench: Bench, question: TransferMatrixConfig, matrix: TransferMatrix
):
    config = ReportConfig(parts=(job_id(question),), name="Domains of kinds.csv")
    report = bench.do(config, ReportFile)
    assert report.sections == (TRANSFER_MATRIX.heading,)
    assert report.missing == ()
    page = (bench.store.workspace.run(job_id(config)) / report.file).read_text(encoding="utf-8")
    assert "Domains of kinds.csv" in page
    assert matrix.sentences[0].split(" beside")[0] in page


def test_a_study_of_ways_says_what_each_is_worth_in_labels_of_the_target(
    bench: Bench, top_block: ExperimentConfig
):
    places = DomainConfig(column="kind", source=(HOME,), target=(OPPOSITE,))
    data = top_block.data.model_copy(update={"domains": places})
    config = StudyConfig(
        data=data,
        backbones=(top_block.backbone,),
        custom_recipe=top_block.model_copy(update={"data": data}),
        ways=(Way.SOURCE, Way.TARGET, Way.BOTH),
        sizes=(0, 8, 32),
    )
    study = Studies(bench.store).add(ME, "ways", config, {top_block.backbone.label: 3})
    for run in expand_grid(config, study.blocks):
        bench.train(run.config)
    compared = bench.do(study.comparison(study.jobs), Comparison)
    worth = compared.worth_frame().set_index(["method", "target labels"])
    assert set(worth.index) == {("source only", 0), ("both together", 8), ("both together", 32)}
    assert worth.loc[("source only", 0)]["labels of target only"] == 8  # it learned the opposite
    assert worth.loc[("source only", 0)]["score"] == compared.arms[0].headline.value
    assert len(compared.worth_sentences) == 3
    assert "Without a label of the target, source only has accuracy" in compared.worth_sentences[0]
