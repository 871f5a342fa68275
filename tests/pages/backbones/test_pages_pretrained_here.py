"""Backbones pretrained here: list, names, deletion with dependents."""

import shlex
from typing import Any

import pytest
import typer
from filled import HOSTILE, MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import BOB, Open, page_text, script

from pages._ui.backbones import backbone_names
from pages._ui.forms import cli_command
from translearn_core.commands.cli import app
from translearn_core.config import (
    ADAPTED,
    BUNDLED,
    BackboneConfig,
    ExperimentConfig,
    FreezePlan,
    StudyConfig,
    WordVectorsConfig,  # XX
    job_id,
)
from translearn_core.errors import NotFoundError
from translearn_core.jobs import (
    PRETRAIN,
    TRAIN,
    BackboneInfoConfig,
    CompareConfig,
    DiagnoseConfig,
    JobSpec,
    PretrainConfig,
)
from translearn_core.results import ArmScore, Comparison, Estimate, Pretraining
from translearn_core.runs import Run, State, Studies, artifacts

MADE = Pretraining(BUNDLED, 140, 20, 2_345, 4.5, 3.25, (6.0, 4.0), 1, True, 61.0, "CPU, 2 threads", "bf16")


def pretrain_config(filled: Filled, **settings: object) -> PretrainConfig:
    return PretrainConfig(dataset=filled.dataset.digest, text="text", **settings)


def made(filled: Filled, name: str, **settings: object) -> Run:
    return filled.answer(pretrain_config(filled, **settings), MADE, name=name)


def of(run: Run, **parts: object) -> BackboneConfig:
    return BackboneConfig(id=f"{ADAPTED}{run.job.id}", **parts)


def trained_on(filled: Filled, backbone: BackboneConfig, name: str, seed: int = 0) -> Run:
    """Finish a training on a backbone."""
    filled.answer(BackboneInfoConfig(backbone=backbone), MINILM)
    filled.answer(DiagnoseConfig(data=filled.data, backbone=backbone), filled.diagnosis)
    given = filled.run.job.config
    assert isinstance(given, ExperimentConfig)
    training = given.training.model_copy(update={"seed": seed})
    config = given.model_copy(update={"data": filled.data, "backbone": backbone, "training": training})
    results = (filled.evaluation(), filled.drift(config.freeze), filled.summary(config.freeze))
    run = filled.store.submit(filled.owner, config, name)
    filled.points(run.job.id, plan=config.freeze)
    return filled.answer(config, *results, name=name)


def of_kind(filled: Filled, kind: JobSpec[Any, Any]) -> list[Run]:
    return filled.store.runs(filled.owner, kind)


def everything(at: AppTest) -> str:
    """Return the texts of a page with its tables and select boxes."""
    cells = [str(frame.value.to_csv()) for frame in at.dataframe]
    boxes = [str(box.options) for box in at.selectbox]
    return "\n".join([page_text(at), *cells, *boxes])


# among the runs


def test_pretrainings_are_listed_with_their_state_and_what_they_brought(visit: Open, filled: Filled) -> None:
    done = made(filled, f"films {HOSTILE}")
    waits = filled.store.submit(filled.owner, pretrain_config(filled, epochs=7), "the long one")
    at = visit("runs")
    assert "Backbones trained here" in page_text(at)
    assert f"from {BUNDLED} · loss 4.500 → 3.250 · 1 min 01 s" in page_text(at)
    assert "next in the queue" in page_text(at)
    assert {text.value for text in at.text} >= {done.name, waits.name}
    assert "![x](" not in "".join(str(part.value) for part in [*at.markdown, *at.caption])
    at.button(key=f"open-{done.id}").click().run()
    assert at.title[0].value == "Backbone"
    assert at.session_state["pretraining_open"]


def test_one_is_stopped_resumed_renamed_and_deleted_there(visit: Open, filled: Filled) -> None:
    run = filled.store.submit(filled.owner, pretrain_config(filled), "reads on")
    at = visit("runs")
    at.button(key=f"stop-{run.id}").click().run()
    assert filled.store.run(filled.owner, run.id).state is State.STOPPED
    at.button(key=f"resume-{run.id}").click().run()
    assert filled.store.run(filled.owner, run.id).state is State.QUEUED
    at.text_input(key=f"name-{run.id}").set_value("mine").run()
    assert filled.store.run(filled.owner, run.id).name == "mine"
    at.checkbox(key=f"sure-{run.id}").check().run()
    at.button(key=f"delete-{run.id}").click().run()
    assert of_kind(filled, PRETRAIN) == []
    assert "Backbones trained here" not in page_text(at)
    assert not at.exception


def test_nobody_else_sees_them(visit: Open, filled: Filled) -> None:
    made(filled, "hers alone")
    assert "hers alone" in everything(visit("runs"))
    assert "hers alone" not in everything(visit("runs", BOB))


def test_a_workspace_with_nothing_but_a_backbone_is_not_empty(visit: Open, filled: Filled) -> None:
    made(filled, "the only one")
    filled.store.delete_run(filled.owner, filled.run.id)
    shown = everything(visit("runs"))
    assert "the only one" in shown
    assert "There is nothing here yet" not in shown


# what a deletion means


def test_what_is_built_on_a_backbone_is_named_before_it_goes(visit: Open, filled: Filled) -> None:
    first = made(filled, "films")
    trained_on(filled, of(first), "on films")
    made(filled, "more films", backbone=of(first))
    filled.store.submit(filled.owner, pretrain_config(filled, backbone=of(first), epochs=9), "still reading")
    study = StudyConfig(data=filled.data, backbones=(of(first),), boundaries=(6,))
    Studies(filled.store).add(filled.owner, "how deep", study, {of(first).label: 6})
    at = visit("runs")
    assert "Trained on it: on films." in page_text(at)
    assert "from it: more films." in page_text(at)
    assert "Not finished" in page_text(at)
    assert "still reading" in page_text(at)
    assert ": how deep." in page_text(at)


def test_what_was_said_of_a_deletion_is_what_happens(visit: Open, filled: Filled) -> None:
    first = made(filled, "films")
    run = trained_on(filled, of(first), "on films")
    second = made(filled, "more films", backbone=of(first))
    at = visit("runs")
    at.checkbox(key=f"sure-{first.id}").check().run()
    at.button(key=f"delete-{first.id}").click().run()
    assert [remaining.id for remaining in of_kind(filled, PRETRAIN)] == [second.id]
    assert run.id in [remaining.id for remaining in of_kind(filled, TRAIN)]
    with pytest.raises(NotFoundError):
        filled.store.run(filled.owner, job_id(BackboneInfoConfig(backbone=of(first))))
    at.switch_page(script("results")).run()
    assert not at.exception
    assert not at.error
    assert next(m.value for m in at.metric if m.label == "Test accuracy")


def test_a_draft_whose_backbone_was_deleted_turns_to_the_bundled_one(visit: Open, filled: Filled) -> None:
    first = made(filled, "films")
    trained_on(filled, of(first), "on films")
    at = visit("train")
    assert at.session_state["draft"].backbone == of(first)
    at.switch_page(script("runs")).run()
    at.checkbox(key=f"sure-{first.id}").check().run()
    at.button(key=f"delete-{first.id}").click().run()
    assert at.session_state["draft"].backbone == BackboneConfig()
    for page in (at.switch_page(script("train")).run(), visit("train")):  # here, and on the next visit
        assert page.session_state["draft"].backbone == BackboneConfig()
        assert not page.error


def test_a_table_that_goes_takes_the_backbones_that_read_it_and_says_so(visit: Open, filled: Filled) -> None:
    first, old = made(filled, "films"), filled.dataset
    trained_on(filled, of(first), "on films")
    filled.table("another.csv", filled.csv + b"one more,good\n")
    trained_on(filled, of(first), "on another table")
    at = visit("runs")
    at.button(key=f"delete-{old.id}").click().run()
    assert "pretrained on it: films." in page_text(at)
    text = page_text(at).partition("pretrained on it: films.")[2]  # the menu of the backbone says it before
    assert "Trained on it: on another table." in text
    filled.store.delete_dataset(filled.owner, old.id)  # what the dialog's button does
    assert of_kind(filled, PRETRAIN) == []
    assert [run.name for run in of_kind(filled, TRAIN)] == ["on another table"]


# by their names


@pytest.mark.parametrize("page", ["train", "results", "compare", "runs"])
def test_a_backbone_is_called_by_the_name_its_owner_gave(visit: Open, filled: Filled, page: str) -> None:
    first = made(filled, "MiniLM pretrained on: films.csv")
    run = trained_on(filled, of(first, reinit_top_layers=1), "on films")
    words = everything(visit(page, run=run.id) if page == "results" else visit(page))
    assert "MiniLM pretrained on: films.csv (top 1 fresh)" in words
    text = [line for line in words.splitlines() if "backbone id" not in line]  # the id is a setting too
    assert not [line for line in text if first.job.id in line]


def test_two_of_one_name_are_told_apart_and_one_that_is_gone_is_short(visit: Open, filled: Filled) -> None:
    first, second = made(filled, "films"), made(filled, "films", epochs=9)
    gone = made(filled, "gone", epochs=11)
    for number, run in enumerate((first, second, gone)):
        trained_on(filled, of(run), f"on {number}", seed=number + 1)
    filled.store.delete_run(filled.owner, gone.id)
    table = next(frame.value for frame in visit("compare").dataframe if "backbone" in frame.value)
    assert dict(zip(table["name"], table["backbone"], strict=True)) == {
        "on 0": f"films ({first.job.id[:6]})",
        "on 1": f"films ({second.job.id[:6]})",
        "on 2": f"{ADAPTED}{gone.job.id[:6]}",
        "blocks 4 and 5": BUNDLED,
    }


def test_the_cells_of_a_study_are_called_by_it_too(visit: Open, filled: Filled) -> None:
    first = made(filled, "films")
    study = Studies(filled.store).add(
        filled.owner,
        "which backbone",
        StudyConfig(data=filled.data, backbones=(BackboneConfig(), of(first)), boundaries=(4, 6)),
        {BUNDLED: 6, of(first).label: 6},
    )
    at = visit("study", study=study.id)
    assert first.job.id not in everything(at)
    for job in study.jobs:
        filled.store.begin(job, "TRAIN-0")
        artifacts.save(filled.store.workspace.run(job), filled.evaluation())
        artifacts.save(filled.store.workspace.run(job), filled.summary(FreezePlan()))
        filled.store.finish(job, State.DONE)
    compared = study.comparison(study.jobs)
    assert isinstance(compared, CompareConfig)
    assert any(first.job.id in cell.name for cell in compared.arms)
    filled.answer(compared, comparison(compared, of(first).label))
    at = visit("study", study=study.id)
    words = everything(at) + "".join(str(chart.proto.spec) for chart in at.get("plotly_chart"))
    assert first.job.id not in words
    assert "films" in words
    assert at.selectbox(key=f"baseline-{study.id}").value == compared.baseline
    assert len(at.get("plotly_chart")) == 2


def comparison(pretrain_config: CompareConfig, label: str) -> Comparison:
    spot, cells = Estimate(0.8, 0.7, 0.9), []
    for cell in pretrain_config.arms:
        backbone = label if label in cell.name else BUNDLED
        cells.append(
            ArmScore(
                cell.name, 1, "over rows", {"accuracy": spot, "macro_f1": spot}, 9.0, 1000, "head only", 6,
                60, backbone, None,
            )
        )  # fmt: skip
    return Comparison(pretrain_config.baseline, 18, tuple(cells))


def test_text_without_such_an_id_is_left_alone(filled: Filled) -> None:
    tell = backbone_names.name_lookup()
    assert tell("adapted- to rows, all-MiniLM") == "adapted- to rows, all-MiniLM"


# again, from a terminal


CONFIG = PretrainConfig(
    dataset="d", text="a text", backbone=BackboneConfig(id="a/b", random_init=True), epochs=7,
    head_epochs=2, lr=2e-4, head_lr=3e-3, batch_size=8, mlm_probability=0.3, token_limit=64,
    precision="float32", device="cpu", seed=5,
)  # fmt: skip


@pytest.mark.parametrize(
    "config",
    [CONFIG, PretrainConfig(dataset="d", text="t"), PretrainConfig(dataset="d", text="t", text_pair="p")],
)
def test_the_command_makes_the_same_backbone(config: PretrainConfig) -> None:
    words = shlex.split(str(cli_command.pretrain_command(config, "-my file.csv")))
    assert words[:3] == ["translearn", "pretrain", "./-my file.csv"]
    pretrain = typer.main.get_command(app).commands["pretrain"]  # type: ignore[attr-defined]
    given = pretrain.make_context("pretrain", words[2:]).params
    backbone = BackboneConfig(id=given["backbone"], random_init=given["random_init"])
    settings = {name: given[name] for name in cli_command.READING}
    read_back = PretrainConfig(
        dataset="d", **{name: given[name] for name in ("text", "text_pair")}, backbone=backbone, **settings
    )
    assert job_id(read_back) == job_id(config)


@pytest.mark.parametrize(
    ("parts", "config"),
    [
        (("train", "test"), CONFIG),
        (("train",), CONFIG.model_copy(update={"backbone": BackboneConfig(keep_blocks=3)})),
        (("train",), CONFIG.model_copy(update={"backbone": BackboneConfig(id="a/b", revision="v2")})),
    ],
)
def test_what_no_command_makes_is_not_promised(parts: tuple[str, ...], config: PretrainConfig) -> None:
    assert cli_command.pretrain_command(config, "f.csv", parts) is None


@pytest.mark.parametrize(
    "config",
    [
        WordVectorsConfig(dataset="d", text="t"),
        WordVectorsConfig(
            dataset="d", text="t", text_pair="p", objective="cbow", width=7, watch=("a", "b"), lr=0.1
        ),
    ],
)
def test_the_command_trains_the_same_vectors(config: WordVectorsConfig) -> None:
    words = shlex.split(cli_command.vectors_command(config, "my vectors", "-my file.csv"))
    assert words[:3] == ["translearn", "vectors", "./-my file.csv"]
    vectors = typer.main.get_command(app).commands["vectors"]  # type: ignore[attr-defined]
    given = vectors.make_context("vectors", words[2:]).params
    assert given["out"] == "my vectors"
    named = {name: given[name] for name in ("text", "text_pair", *cli_command.VECTORS)}
    assert job_id(WordVectorsConfig(dataset="d", watch=tuple(given["watch"]), **named)) == job_id(config)


def test_beside_the_command_stands_what_it_needs(visit: Open, filled: Filled) -> None:
    first = made(filled, "films")
    second = made(filled, "more films", backbone=of(first))
    run = trained_on(filled, of(second), "on more films")
    at = visit("results", run=run.id)
    trains, makes = (code.value for code in at.code)
    assert f"--backbone {ADAPTED}{second.job.id}" in trains
    assert cli_command.FIRST in page_text(at)
    lines = makes.splitlines()
    assert [f"--backbone {BUNDLED} " in lines[0], f"--backbone {ADAPTED}{first.job.id} " in lines[1]] == [
        True
    ] * 2
    filled.store.delete_run(filled.owner, first.id)
    at = visit("results", run=run.id)
    assert cli_command.GONE in page_text(at)
    assert len(at.code) == 1


def test_a_plain_run_needs_nothing(visit: Open, filled: Filled) -> None:
    at = visit("results", run=filled.run.id)
    assert len(at.code) == 1
    assert cli_command.GONE not in page_text(at)
    assert "builds on" not in page_text(at)
