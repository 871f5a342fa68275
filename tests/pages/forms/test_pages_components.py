"""Components: escaping, forms, point selection, freeze map, imports."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filled import HOSTILE, MINILM, Filled
from hypothesis import given
from hypothesis import strategies as some
from visits import Open, script

from pages._ui.forms import config_fields, freeze_map
from pages._ui.forms.cli_command import cli_command
from pages._ui.results.selection import inside
from pages._ui.shell import formatting
from pages._ui.shell.state import Draft
from translearn_core.config import (
    BaseConfig,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    TrainingConfig,
    TuningConfig,
)

ROOT = Path(__file__).resolve().parents[3]


@given(some.text(max_size=80))
def test_escaped_text_keeps_nothing_that_markdown_acts_on(text: str) -> None:
    out = re.sub(r":color\[(\\.)\]", r"\1", formatting.plain(text))  # what keeps an address from being a link
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_`\[\]<>$:!#~|]", out)
    assert re.sub(r"\\(.)", r"\1", out) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["http://evil.example", "HTTPS://e.example/a_b", "www.evil.example", "a.b+c@evil.example", "a@_b.c"],
)
def test_an_address_is_no_single_piece_of_text(text: str) -> None:
    pieces = re.split(r":color\[\\(.)\]", formatting.plain(text))
    assert len(pieces) == 3
    assert re.sub(r"\\(.)", r"\1", "".join(pieces)) == text


def test_a_hostile_name_shows_as_it_is() -> None:
    assert "![x](" not in formatting.plain(HOSTILE)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "under 1 s"),
        (42, "42 s"),
        (59.9, "60 s"),
        (125, "2 min 05 s"),
        (7_260, "2 h 01 min"),
        (None, "–"),
    ],
)
def test_durations_read_well(seconds: float | None, text: str) -> None:
    assert formatting.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (950, "950"), (12_340, "12.3 K"), (22_700_000, "22.7 M")]
)
def test_counts_read_well(number: int, text: str) -> None:
    assert formatting.count(number) == text


@pytest.mark.parametrize("config", [TrainingConfig, FeatureConfig, HeadConfig, TuningConfig, DistilConfig])
def test_every_setting_has_a_label(config: type[BaseConfig]) -> None:
    for name in config.model_fields:
        assert name in config_fields.LABELS


def test_every_setting_explains_itself() -> None:
    for config in (TrainingConfig, FeatureConfig, HeadConfig, TuningConfig, DistilConfig):
        for name, field in config.model_fields.items():
            assert field.description or name in config_fields.HINTS


def test_box_and_lasso_find_the_points_within() -> None:
    points = np.asarray([[0, 0], [1, 1], [2, 2], [3, 0], [1, 2]], dtype=np.float32)
    box = {"box": [{"x": [1.5, 0.5], "y": [0.5, 2.5]}], "lasso": []}
    assert inside(points, box).tolist() == [1, 4]
    triangle = {"box": [], "lasso": [{"x": [-1, 4, 1.4], "y": [-0.5, -0.5, 2.2]}]}
    assert inside(points, triangle).tolist() == [0, 1, 3]
    assert inside(points, {"box": [], "lasso": []}).size == 0


@given(some.sets(some.sampled_from(["embeddings", *(f"block {k}" for k in range(6))])))
def test_parts_and_plans_are_the_same_choice(parts: set[str]) -> None:
    assert set(freeze_map.parts_of(freeze_map.plan_of(sorted(parts)))) == parts


@pytest.mark.parametrize(
    ("boundary", "word"),
    [(6, "Only the head"), (0, "nothing is saved"), (-1, "embeddings train"), (3, "blocks 0–2")],
)
def test_the_lesson_names_what_is_computed_once(boundary: int, word: str) -> None:
    assert word in freeze_map.cost_note(boundary, 6)


def test_presets_are_plans_of_the_backbone() -> None:
    plans = freeze_map.presets(MINILM).values()
    assert [len(plan.blocks) for plan in plans] == [0, 2, 6, 6]
    for plan in plans:
        plan.check(MINILM.n_blocks)


def test_the_command_line_quotes_what_a_shell_would_act_on() -> None:
    config = ExperimentConfig(
        data=DataConfig(dataset="d", text="a text; rm -rf", label="l"), freeze=FreezePlan.last_n(2, 6)
    )
    text = cli_command(config, "my file.csv")
    assert "'a text; rm -rf'" in text
    assert "--train-blocks 4,5" in text


def test_a_preset_and_a_pill_change_the_plan_and_the_cost(visit: Open, filled: Filled) -> None:
    at = visit("backbone")
    at.button(key="preset-Head only").click().run()
    assert at.session_state["draft"].freeze == FreezePlan()
    assert {m.label: m.value for m in at.metric}["Boundary"] == "head"
    at.get_by_key("plan_parts").set_value(["embeddings", "block 2"]).run()
    assert at.session_state["draft"].freeze == FreezePlan(embeddings=True, blocks=(2,))
    assert {m.label: m.value for m in at.metric}["Boundary"] == "embeddings"


def test_settings_nobody_touched_follow_the_plan_and_others_stay(visit: Open, filled: Filled) -> None:
    at = visit("data")
    fresh = replace(at.session_state["draft"], freeze=FreezePlan(), training=Draft().training)
    at.session_state["draft"] = fresh
    at.switch_page(script("train")).run()
    at.number_input(key="training.batch_size").set_value(16).run()
    for preset, plan in (("Last 2 blocks", FreezePlan.last_n(2, 6)), ("Head only", FreezePlan())):
        at.switch_page(script("backbone")).run()
        at.button(key=f"preset-{preset}").click().run()
        at.switch_page(script("train")).run()
        suited = TrainingConfig.defaults_for(plan).model_copy(update={"batch_size": 16})
        assert at.session_state["draft"].training == suited
        assert at.number_input(key="training.lr").value == suited.lr
        assert at.number_input(key="training.epochs").value == suited.epochs


def test_settings_survive_leaving_the_page(visit: Open, filled: Filled) -> None:
    at = visit("train")
    at.number_input(key="training.epochs").set_value(7).run()
    at.switch_page(script("data")).run()
    at.switch_page(script("train")).run()
    assert at.number_input(key="training.epochs").value == 7
    assert at.session_state["draft"].training.epochs == 7


def test_a_fresh_visit_restores_the_settings_last_used(visit: Open, filled: Filled) -> None:
    filled.train("more", FreezePlan.last_n(3, 6), seed=11)
    at = visit("train")
    assert at.session_state["draft"].freeze == FreezePlan.last_n(3, 6)
    assert at.number_input(key="training.seed").value == 11


def test_train_asks_for_exactly_the_draft_and_goes_to_its_run(visit: Open, filled: Filled) -> None:
    at = visit("train")
    at.number_input(key="training.seed").set_value(123).run()
    at.button(key="train").click().run()
    newest = filled.store.runs(filled.owner)[0]
    assert isinstance(newest.job.config, ExperimentConfig)
    assert newest.job.config.training.seed == 123
    assert newest.job.config.data == filled.data
    assert at.query_params["run"] == newest.id
    assert at.title[0].value == "Progress"


def test_stopping_a_waiting_run_and_resuming_it(visit: Open, filled: Filled) -> None:
    config = ExperimentConfig(data=filled.data, training=TrainingConfig(seed=77))
    run = filled.store.submit(filled.owner, config, "waits")
    at = visit("run", run=run.id)
    at.button(key="stop").click().run()
    assert filled.store.run(filled.owner, run.id).state == "stopped"
    at.button(key="resume").click().run()
    assert filled.store.run(filled.owner, run.id).state == "queued"


def test_a_failed_run_says_why(visit: Open, filled: Filled) -> None:
    from translearn_core.runs import State

    run = filled.answer(
        ExperimentConfig(data=filled.data, training=TrainingConfig(seed=78)), name="bad", state=State.FAILED
    )
    at = visit("run", run=run.id)
    assert "The loss became nan" in at.error[0].value


def test_nothing_heavy_is_imported_by_the_pages() -> None:
    code = (
        "import sys, pages._ui.server.preload, pages._ui.server.middleware, pages._ui.results.predict_form, "
        "pages._ui.runs.run_list, pages._ui.runs.training_monitor, pages._ui.diagnostics.projection, "
        "pages._ui.backbones.backbone_picker, pages._ui.datasets.column_form, "
        "pages._ui.datasets.data_sources, pages._ui.studies.study_results, pages._ui.studies.study_form\n"
        "print([m for m in ('torch', 'transformers', 'sklearn', 'umap', 'peft', 'distributed', 'dask') if "
        "m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
