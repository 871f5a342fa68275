"""Claims of the pages: selection off the test rows, working commands, tables behind the curves."""

import shlex
from dataclasses import replace

import pytest
import typer
from filled import MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import Open

from pages._ui.diagnostics import neighbourhood_quality
from pages._ui.forms import freeze_map
from pages._ui.shell import jobs
from translearn_core.commands.cli import app
from translearn_core.commands.experiment import build_experiment, parse_overrides
from translearn_core.config import (
    RECIPES,
    Activation,
    BackboneConfig,
    CleaningRule,
    DataConfig,
    Device,
    DistilConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Pooling,
    Precision,
    ReadOptions,
    RecipeName,
    SplitConfig,
    Stage,
    TargetConfig,
    TrainingConfig,
    Tuning,
    TuningConfig,
)
from translearn_core.results import StepPoint
from translearn_core.runs import reproduce


def captions(at: AppTest) -> str:
    return "\n".join(caption.value for caption in at.caption).replace("\\", "")


@pytest.mark.parametrize("boundary", range(-1, 7))
def test_only_a_plan_with_frozen_blocks_is_said_to_save_work_in_later_runs(boundary: int) -> None:
    sentence = freeze_map.cost_note(boundary, 6)
    assert ("kept" in sentence and "later" in sentence) is (boundary > 0)


def test_the_time_is_told_as_that_of_a_first_run(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    time = next(m for m in at.metric if m.label == "Time, about")
    assert "activation cache" in time.help


def test_probes_say_whose_cross_validation_flatters(visit: Open, filled: Filled) -> None:
    at = visit("probes")
    assert "cross-validation is optimistic" in captions(at)


def test_neighbours_are_counted_for_test_texts_and_that_is_said(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    purity = [m for m in at.metric if m.label == "Label agreement"]
    assert [m.value for m in purity] == ["52.0 %", "81.0 %"]
    assert all(m.help == neighbourhood_quality.PURITY.format(noun="text") for m in purity)
    assert "test text" in purity[0].help
    assert "among all texts" in purity[0].help


EVERYTHING = ExperimentConfig(
    data=DataConfig(dataset="d", text="it's", label="-l", split=SplitConfig(column="my split", seed=4)),
    backbone=BackboneConfig(id="a/b", random_init=True),
    freeze=FreezePlan(blocks=(1, 5)),
    training=TrainingConfig(
        epochs=7,
        lr=3e-4,
        head_lr=2e-3,
        batch_size=8,
        precision=Precision.FLOAT32,
        device=Device.CPU,
        seed=9,
    ),
)


PARTS: list[dict[str, object]] = [
    {},
    {"head": HeadConfig(activation=Activation.GELU)},
    {"features": FeatureConfig(pooling=Pooling.CLS, token_limit=64)},
    {"freeze": FreezePlan(embeddings=True, blocks=(5,))},
    {
        "data": EVERYTHING.data.model_copy(
            update={"cleaning": (CleaningRule.DROP_RARE,), "rare_class_below": 9}
        )
    },
    {"backbone": BackboneConfig(id="a/b", random_init=True, revision="v2", keep_blocks=6)},
    {"training": EVERYTHING.training.model_copy(update={"patience": 2, "lr_per_block": (1e-4,) * 6})},
    {"resume_from": "abc"},
    {"distil": DistilConfig(teacher="abc", temperature=3.0)},
    {"stages": (Stage(freeze=FreezePlan(blocks=(5,)), epochs=2, patience=1),)},
    {"tuning": TuningConfig(kind=Tuning.LORA, rank=4)},
]


@pytest.mark.parametrize("part", [*PARTS, *RECIPES])
def test_the_command_line_reads_back_as_the_experiment(part: dict[str, object] | RecipeName) -> None:
    if isinstance(part, RecipeName):
        base = ExperimentConfig(data=EVERYTHING.data)
        config = RECIPES[part].apply(base, 6, teacher="abc")
        backbone_info = replace(
            MINILM, block_parameters=MINILM.block_parameters[: config.backbone.keep_blocks or 6]
        )
    else:
        config, backbone_info = EVERYTHING.model_copy(update=part), MINILM
    files = {"train", "validation", "test"}
    words = shlex.split(reproduce.cli_command(config, "-my file.csv", files, backbone_info))
    assert words[:2] == ["translearn", "train"]
    train = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    given = train.make_context("train", words[2:]).params
    named = [str(given[name]) for name in ("file", "validation", "test")]
    assert named == ["-my file.csv", "validation.csv", "test.csv"]
    read_back = build_experiment(
        DataConfig(
            dataset="d", text=given["text"], text_pair=given["text_pair"],
            targets=(TargetConfig.of(given["label"], given["task"].problem),),
            split=SplitConfig(column=given["split"], seed=given["split_seed"]),
        ),
        BackboneConfig(id=given["backbone"], random_init=given["random_init"]),
        MINILM,
        train_blocks=given["train_blocks"],
        training={name: given[name] for name in reproduce.LOOP if given[name] is not None},
        recipe=given["recipe"],
        teacher=given["teacher"],
        settings=parse_overrides(given["settings"] or []),
    )  # fmt: skip
    assert read_back == config


def test_the_command_names_files_that_came_apart(visit: Open, filled: Filled) -> None:
    files = {"train": filled.csv, "test": filled.csv}
    dataset = filled.store.add_dataset(
        filled.owner, "two files.csv", files, options=ReadOptions(delimiter=",")
    )
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    config = ExperimentConfig(data=data)
    run = filled.answer(config, filled.evaluation(), filled.summary(config.freeze), name="two")
    at = visit("results", run=run.id)
    assert "'two files.csv'" in at.code[0].value
    assert "--test test.csv --delimiter comma" in at.code[0].value
    assert "--validation" not in at.code[0].value
    assert "test.csv here" in captions(at)


@pytest.mark.parametrize(
    ("page", "key"), [("run", "measure-{}"), ("results", "results_measure"), ("compare", "compare_measure")]
)
@pytest.mark.parametrize("measure", ["Learning rate", "Gradient norm"])
def test_curves_by_step_offer_their_steps(
    visit: Open, filled: Filled, page: str, key: str, measure: str
) -> None:
    at = visit(page, run=filled.run.id)
    assert not any("head_lr" in frame.value for frame in at.dataframe)
    at.get_by_key(key.format(filled.run.id)).set_value(measure).run()
    steps = next(frame.value for frame in at.dataframe if "head_lr" in frame.value)
    assert len(steps) == 30
    assert set(StepPoint.__dataclass_fields__) <= set(steps.columns)


def test_every_tensor_that_moved_is_within_reach(visit: Open, filled: Filled) -> None:
    at = visit("results")
    tensors = next(frame.value for frame in at.dataframe if "had_gradient" in frame.value)
    assert "block4.weight" in tensors["name"].tolist()
    assert any("tensors_csv" in button.proto.id for button in at.get("download_button"))


def test_a_continued_run_counts_the_epochs_before_it(visit: Open, filled: Filled) -> None:
    config = filled.run.job.config
    assert isinstance(config, ExperimentConfig)
    longer = jobs.with_more_epochs(config, filled.run.job.id, 4)
    run = filled.store.submit(filled.owner, longer, "longer")
    filled.store.begin(run.job.id, "TRAIN-0")
    filled.points(run.job.id, epochs=4)  # three of the first run, and one of its own
    at = visit("run", run=run.id)
    assert next(m.value for m in at.metric if m.label == "Epochs done") == "4 of 7"


@pytest.mark.parametrize(
    ("device", "sentence"), [(Device.CPU, "on CPU, as you chose"), (Device.AUTO, "engine")]
)
def test_progress_shows_the_device_that_was_chosen(
    visit: Open, filled: Filled, device: Device, sentence: str
) -> None:
    config = ExperimentConfig(data=filled.data, training=TrainingConfig(seed=5, device=device))
    at = visit("run", run=filled.store.submit(filled.owner, config, "here").id)
    assert sentence in captions(at)
    assert ("as you chose" in captions(at)) is (device is not Device.AUTO)


def test_a_causal_backbones_own_pooling_needs_no_setting() -> None:
    causal = replace(MINILM, causal=True)
    config = EVERYTHING.model_copy(update={"features": FeatureConfig(pooling=Pooling.LAST)})
    assert "--set" not in reproduce.cli_command(config, "f.csv", (), causal)
    assert "features.pooling" in reproduce.cli_command(config, "f.csv", (), MINILM)
