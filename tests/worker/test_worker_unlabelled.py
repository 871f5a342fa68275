"""Jobs on a table with rows without a label: baselines with label spreading, pretraining on a target."""

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
    SelfTrainingConfig,
    StudyConfig,
    TrainingConfig,
    Way,
    expand_grid,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.errors import DataError
from translearn_core.jobs import BaselinesConfig
from translearn_core.results import Baselines, Pretraining, RunSummary, SelfTraining
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, SPREADING, WORDS
from translearn_core.runs import State, Studies, artifacts


@pytest.fixture(scope="module")
def some(bench: Bench, experiment: ExperimentConfig) -> ExperimentConfig:
    """The reviews, two thirds of which lost their label; a third column keeps it."""
    head, *lines = reviews().decode().splitlines()
    cut = [line.rpartition(",") for line in lines]
    rows = [f"{text},{'' if i % 12 > 3 else label},{label}" for i, (text, _, label) in enumerate(cut)]
    csv = "\n".join([f"{head},truth", *rows]).encode()
    dataset = bench.store.add_dataset(ME, "some.csv", {"train": csv}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="liked", label_key="truth")
    chosen = SelfTrainingConfig(threshold=0.55, rounds=1)
    return experiment.model_copy(update={"data": data, "self_training": chosen})


@pytest.fixture(scope="module")
def trained(bench: Bench, some: ExperimentConfig) -> str:
    return bench.train(some)


def test_a_run_keeps_its_rounds(bench: Bench, some: ExperimentConfig, trained: str) -> None:
    result = artifacts.load(bench.store.workspace.run(trained), SelfTraining)
    assert result is not None
    assert result.unlabelled == 64
    assert result.trainings == 2
    assert [r.number for r in result.rounds] == [1, 2]
    assert result.rounds[0].all_known == 64
    assert result.rounds[0].known == result.rounds[0].total


def test_label_spreading_stands_beside_the_probe(bench: Bench, trained: str) -> None:
    result = bench.do(BaselinesConfig(job=trained), Baselines)
    assert [line.name for line in result.lines] == [MAJORITY, WORDS, FROZEN, SPREADING]
    line = result.line(SPREADING)
    assert line is not None
    assert line.layer in range(4)
    assert line.c is None
    assert line.margin.value == pytest.approx(result.test.headline.value - line.headline.value)
    assert any("64 texts without a label" in caveat for caveat in result.caveats)


@pytest.fixture(scope="module")
def study(bench: Bench, backbone: BackboneConfig) -> StudyConfig:
    """From books to films, of which training texts are enough to pretrain on."""
    words = {"yes": "great lovely good film", "no": "terrible boring bad film"}
    lines = [
        f"{words[label]} {kind} {number},{label},{kind}"
        for kind, rows in (("books", 40), ("films", 200))
        for label in ("yes", "no")
        for number in range(rows)
    ]
    csv = ("text,label,kind\n" + "\n".join(lines)).encode()
    dataset = bench.store.add_dataset(ME, "kinds.csv", {"train": csv}, Settings())
    data = DataConfig(
        dataset=dataset.digest, text="text", label="label",
        domains=DomainConfig(column="kind", source=("books",), target=("films",)),
    )  # fmt: skip
    custom = ExperimentConfig(
        data=data, backbone=backbone, freeze=FreezePlan(blocks=(2,)), features=FeatureConfig(token_limit=32),
        training=TrainingConfig(epochs=1, precision=Precision.FLOAT32, batch_size=32),
    )  # fmt: skip
    ways = (Way.BOTH, Way.PRETRAIN_TARGET, Way.SELF_TRAINING)
    return StudyConfig(data=data, backbones=(backbone,), custom_recipe=custom, ways=ways, sizes=(8,))


def test_the_pretraining_of_a_study_comes_before_its_runs(
    bench: Bench, study: StudyConfig, backbone: BackboneConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = {backbone.label: 3}
    studies = Studies(bench.store)
    record = studies.add(ME, "ways", study, blocks)
    planned = {run.factors["way"]: run for run in expand_grid(study, blocks)}
    first = planned[Way.PRETRAIN_TARGET].pretraining
    assert first is not None
    own = job_id(planned[Way.PRETRAIN_TARGET].config)
    assert job_id(first) in _waiting(bench)
    assert own not in _waiting(bench)  # its parent has not ended
    pretrained = bench.do(first, Pretraining)
    assert pretrained.texts + pretrained.held_out == 280  # training texts of the target, none of test
    assert own in _waiting(bench)
    monkeypatch.setenv("TRANSLEARN_WORKSPACE", str(bench.store.workspace.root))
    from translearn_core.config.settings import settings

    settings.cache_clear()
    summary = bench.do(planned[Way.PRETRAIN_TARGET].config, RunSummary)
    settings.cache_clear()
    assert summary.test.n == 60
    assert own in studies.progress(ME, record.jobs).done
    assert bench.store.job(job_id(first)).state is State.DONE


def _waiting(bench: Bench) -> list[str]:
    from translearn_core.jobs import Slot

    return bench.store.waiting(Slot.TRAINING)


def test_a_target_with_few_texts_is_said(bench: Bench, study: StudyConfig, backbone: BackboneConfig) -> None:
    data = study.data.model_copy(
        update={"domains": DomainConfig(column="kind", source=("films",), target=("books",))}
    )
    custom = study.custom_recipe.model_copy(update={"data": data})
    other = study.model_copy(update={"data": data, "custom_recipe": custom, "ways": (Way.PRETRAIN_TARGET,)})
    (run,) = expand_grid(other, {backbone.label: 3})
    with pytest.raises(DataError, match="pre-training needs"):
        bench.do(run.pretraining, Pretraining)
