"""Recipe advice on a small table with a tiny backbone."""

import pytest
from worker_bench import Bench

from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    Precision,
    RecipeName,
    TrainingConfig,
    apply_overrides,
)
from translearn_core.errors import Stopped
from translearn_core.jobs import AdviseConfig, ProfileConfig
from translearn_core.results import Advice, CostModel, RunSummary
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics import advice as advising

NARROW = FeatureConfig(token_limit=32)


@pytest.fixture(scope="module")
def question(data: DataConfig, backbone: BackboneConfig) -> AdviseConfig:
    return AdviseConfig(data=data, backbone=backbone, features=NARROW, precision=Precision.FLOAT32)


@pytest.fixture(scope="module")
def cost_model(bench: Bench, question: AdviseConfig) -> CostModel:
    config = ProfileConfig(
        backbone=question.backbone, features=NARROW, training=TrainingConfig(precision=Precision.FLOAT32)
    )
    return bench.do(config, CostModel)


@pytest.fixture(scope="module")
def advice(bench: Bench, question: AdviseConfig, cost_model: CostModel) -> Advice:
    return bench.do(question, Advice)


def test_facts_match_the_table(bench: Bench, advice: Advice, data: DataConfig) -> None:
    prepared = load_prepared(bench.store.workspace, data)
    train = int((prepared.split == 0).sum())
    facts = {fact.name: fact.value for fact in advice.facts}
    assert facts["Training labels"] == str(train)
    assert facts["Classes"] == "2"
    assert facts["Texts with two labels"] == "0.0 %"
    assert facts["Time at hand"] == "no limit"
    assert len(facts["LogME, layer by layer"].split(",")) == 4
    assert facts["Counting words (TF-IDF)"].startswith("100.0 %")


def test_the_advised_recipe_can_be_trained(bench: Bench, advice: Advice, question: AdviseConfig) -> None:
    loop = TrainingConfig(batch_size=8, precision=Precision.FLOAT32)
    base = ExperimentConfig(data=question.data, backbone=question.backbone, features=NARROW, training=loop)
    made = apply_overrides(
        RECIPES[RecipeName(advice.recipe)].apply(base, 3), {**advice.settings, "training.epochs": 1}
    )
    assert bench.do(made, RunSummary).epochs >= 1


def test_seconds_are_the_estimates_of_the_stored_cost_model(
    bench: Bench, question: AdviseConfig, advice: Advice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(_: ProfileConfig) -> CostModel:
        raise AssertionError("profiled again")

    monkeypatch.setattr(advising, "load_profile", again)
    quick = bench.do(question.model_copy(update={"seconds": 1e-6}), Advice)
    assert quick.frame()["seconds"].equals(advice.frame()["seconds"])
    assert not quick.frame()["fits"].any()
    seconds = advice.frame().set_index("recipe")["seconds"]
    assert seconds["linear"] <= seconds["full"]
    assert seconds.drop("distil").notna().all()


def test_without_a_cost_model_the_backbone_is_profiled(
    bench: Bench, question: AdviseConfig, cost_model: CostModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiled = []
    monkeypatch.setattr(advising, "load_profile", lambda config: profiled.append(config) or cost_model)
    wider = question.model_copy(update={"features": FeatureConfig(token_limit=40)})
    bench.do(wider, Advice)
    assert [config.features.token_limit for config in profiled] == [40]


def test_advice_ignores_random_init_and_truncated_backbones(
    bench: Bench, question: AdviseConfig, advice: Advice
) -> None:
    twin = question.backbone.model_copy(update={"random_init": True, "keep_blocks": 2})
    again = bench.do(question.model_copy(update={"backbone": twin}), Advice)
    assert again.facts == advice.facts


def test_it_stops_when_asked(bench: Bench, question: AdviseConfig, cost_model: CostModel) -> None:
    run = bench.store.submit("somebody", question.model_copy(update={"seed": 5}))
    assert bench.store.begin(run.job.id, "test")
    bench.store.request_stop("somebody", run.id)
    job = bench.store.job(run.job.id)
    context = Context(bench.store, job, bench.store.workspace.run(job.id), {})
    with pytest.raises(Stopped):
        advising.advise(context)
