"""Advice on a real table with a tiny backbone: the facts are what is there, and the advice can be trained."""

import pytest
from worker_bench import Bench

from translearn_core.config import (
    RECIPES,
    AdviseConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    Precision,
    ProfileConfig,
    RecipeName,
    TrainingConfig,
    apply_overrides,
)
from translearn_core.errors import Stopped
from translearn_core.results import Advice, CostModel, RunSummary
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics import advice as advising

NARROW = FeatureConfig(token_limit=32)


@pytest.fixture(scope="module")
def question(data: DataConfig, backbone: BackboneConfig) -> AdviseConfig:
    return AdviseConfig(data=data, backbone=backbone, features=NARROW, precision=Precision.FLOAT32)


@pytest.fixture(scope="module")
def calibration(bench: Bench, question: AdviseConfig) -> CostModel:
    asked = ProfileConfig(
        backbone=question.backbone, features=NARROW, training=TrainingConfig(precision=Precision.FLOAT32)
    )
    return bench.do(asked, CostModel)


@pytest.fixture(scope="module")
def advice(bench: Bench, question: AdviseConfig, calibration: CostModel) -> Advice:
    return bench.do(question, Advice)


def test_facts_are_what_the_table_holds(bench: Bench, advice: Advice, data: DataConfig) -> None:
    prepared = load_prepared(bench.store.workspace, data)
    train = int((prepared.split == 0).sum())
    facts = {fact.name: fact.value for fact in advice.facts}
    assert facts["Training labels"] == str(train)
    assert facts["Classes"] == "2"
    assert facts["Texts with two labels"] == "0.0 %"
    assert facts["Time at hand"] == "no limit"
    assert len(facts["LogME, layer by layer"].split(",")) == 4
    assert facts["Counting words (TF-IDF)"].startswith("100.0 %")


def test_what_is_advised_can_be_trained(bench: Bench, advice: Advice, question: AdviseConfig) -> None:
    loop = TrainingConfig(batch_size=8, precision=Precision.FLOAT32)
    base = ExperimentConfig(data=question.data, backbone=question.backbone, features=NARROW, training=loop)
    made = apply_overrides(
        RECIPES[RecipeName(advice.recipe)].apply(base, 3), {**advice.settings, "training.epochs": 1}
    )
    assert bench.do(made, RunSummary).epochs >= 1


def test_seconds_are_the_estimates_of_the_known_calibration(
    bench: Bench, question: AdviseConfig, advice: Advice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(_: ProfileConfig) -> CostModel:
        raise AssertionError("this device was timed already")

    monkeypatch.setattr(advising, "timed", again)
    quick = bench.do(question.model_copy(update={"seconds": 1e-6}), Advice)
    assert quick.frame()["seconds"].equals(advice.frame()["seconds"])
    assert not quick.frame()["fits"].any()
    assert "nothing else is quicker" in quick.sentence
    seconds = advice.frame().set_index("recipe")["seconds"]
    assert seconds["linear"] <= seconds["full"]
    assert seconds.drop("distil").notna().all()


def test_without_a_calibration_it_is_timed_now(
    bench: Bench, question: AdviseConfig, calibration: CostModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(advising, "timed", lambda config: asked.append(config) or calibration)
    wider = question.model_copy(update={"features": FeatureConfig(token_limit=40)})
    bench.do(wider, Advice)
    assert [config.features.token_limit for config in asked] == [40]


def test_fresh_weights_are_advised_on_as_the_whole_pretrained_backbone(
    bench: Bench, question: AdviseConfig, advice: Advice
) -> None:
    twin = question.backbone.model_copy(update={"random_init": True, "blocks": 2})
    again = bench.do(question.model_copy(update={"backbone": twin}), Advice)
    assert again.facts == advice.facts


def test_it_stops_when_asked(bench: Bench, question: AdviseConfig, calibration: CostModel) -> None:
    run = bench.store.submit("somebody", question.model_copy(update={"seed": 5}))
    assert bench.store.begin(run.job.id, "test")
    bench.store.request_stop("somebody", run.id)
    job = bench.store.job(run.job.id)
    context = Context(bench.store, job, job.config, bench.store.workspace.run(job.id), {})
    with pytest.raises(Stopped):
        advising.advise(context)
