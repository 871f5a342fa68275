"""Invalid settings are refused with a sentence that names the field; nothing is started."""

from dataclasses import replace

import pytest
from filled import MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text, script

from pages._ui.forms import config_fields
from translearn_core.config import (
    BackboneConfig,
    CleaningRule,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    RecipeName,
    StudyConfig,
    TrainingConfig,
    Tuning,
    TuningConfig,
)
from translearn_core.errors import ConfigError
from translearn_core.jobs import TRAIN, BackboneInfoConfig
from translearn_core.runs import Run, Studies


def trainings(filled: Filled) -> list[Run]:
    return filled.store.runs(filled.owner, TRAIN)


def with_draft(visit: Open, page: str, **parts: object) -> AppTest:
    """Open a page with a changed draft."""
    at = visit("home")
    at.switch_page(script("data")).run()
    at.session_state["draft"] = replace(at.session_state["draft"], **parts)
    at.switch_page(script(page)).run()
    assert not at.exception
    return at


# numbers


@pytest.mark.parametrize(
    ("key", "name"),
    [("training.lr", "Learning rate of the backbone"), ("training.head_lr", "Learning rate of the head")],
)
def test_a_rate_must_be_above_zero(visit: Open, filled: Filled, key: str, name: str) -> None:
    at = visit("train")
    at.number_input(key=key).set_value(0.0).run()
    assert f"{name} is 0.0" in page_text(at)
    assert "train" not in keys(at)
    assert len(trainings(filled)) == 1
    at.number_input(key=key).set_value(1e-4).run()
    assert not at.error
    assert "train" in keys(at)


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [("training.max_grad_norm", "Gradient clipping", 0.0), ("head.dropout", "Dropout", 1.0)],
)
def test_an_end_that_is_no_value_itself_is_refused_too(
    visit: Open, filled: Filled, key: str, name: str, value: float
) -> None:
    at = visit("train")
    at.number_input(key=key).set_value(value).run()
    assert f"{name} is {value!r}: give a number" in page_text(at)
    assert "train" not in keys(at)


@pytest.mark.parametrize(
    ("key", "value"), [("training.epochs", 0), ("training.batch_size", -4), ("head.width", 9_000)]
)
def test_what_lies_beyond_the_bounds_never_comes_in(
    visit: Open, filled: Filled, key: str, value: int
) -> None:
    at = with_draft(visit, "train", head=HeadConfig(kind=HeadKind.MLP))
    at.number_input(key=key).set_value(value).run()
    form, name = key.split(".")
    config = getattr(at.session_state["draft"], form)
    low, high = config_fields.bounds(type(config).model_fields[name])
    assert low <= getattr(config, name) <= (high or 1e9)


@pytest.mark.parametrize(("value", "refused"), [(0.0, True), (-1.0, False)])  # below the end: not taken
def test_a_blocks_own_rate_must_be_above_zero(
    visit: Open, filled: Filled, value: float, refused: bool
) -> None:
    at = visit("recipe")
    at.toggle(key="lr_per_block.given").set_value(True).run()
    at.number_input(key="lr_per_block.3").set_value(value).run()
    assert ("one for each block (3) is 0.0" in page_text(at)) is refused
    assert min(at.session_state["draft"].training.lr_per_block) > 0


def test_rates_of_another_backbone_are_refused_before_the_start(visit: Open, filled: Filled) -> None:
    training = TrainingConfig(lr_per_block=(1e-4,) * 12)
    at = with_draft(visit, "train", training=training)
    assert "training.lr_per_block is" in page_text(at)
    assert "6 rates, one a block" in page_text(at)
    assert "train" not in keys(at)


@pytest.mark.parametrize("key", ["training.lr", "training.head_lr"])
def test_a_rate_below_zero_is_not_taken(visit: Open, filled: Filled, key: str) -> None:
    at = visit("train")
    name = key.removeprefix("training.")
    before = getattr(at.session_state["draft"].training, name)
    at.number_input(key=key).set_value(-1e-3).run()
    assert getattr(at.session_state["draft"].training, name) == at.number_input(key=key).value == before


def test_the_rate_of_a_pretraining_must_be_above_zero(visit: Open, filled: Filled) -> None:
    rows = [f'"a film that was number {i}",{"ab"[i % 2]}' for i in range(160)]
    filled.table("more.csv", ("text,label\n" + "\n".join(rows)).encode())
    at = visit("data")
    at.switch_page(script("backbone")).run()
    at.number_input(key="pretrain.lr").set_value(0.0).run()
    assert "Learning rate is 0.0" in page_text(at)
    assert "pretrain" not in keys(at)
    assert "to_train" in keys(at), "the rest of the page goes on"


def test_what_cannot_be_together_keeps_its_own_sentence() -> None:
    with pytest.raises(
        ConfigError, match=r"^Learning rate of the head is 0: give a number greater than 0\.$"
    ):
        config_fields.with_values(TrainingConfig(), "training", head_lr=0)
    with pytest.raises(ConfigError, match=r"is 2: give a number less than 1"):
        config_fields.with_values(TuningConfig(), "tuning", dropout=2)


# an empty plan


def test_a_way_that_needs_a_block_is_refused_without_one(visit: Open, filled: Filled) -> None:
    at = with_draft(visit, "recipe", freeze=FreezePlan(embeddings=True))
    at.selectbox(key="tuning.kind").set_value(Tuning.BIASES).run()
    assert "at least one block to train with biases" in page_text(at)
    assert at.session_state["draft"].tuning == TuningConfig(), "the refused setting is not taken"


def test_a_fresh_block_that_stays_frozen_is_refused(visit: Open, filled: Filled) -> None:
    fresh = BackboneConfig(reinit_top_layers=2)
    filled.answer(BackboneInfoConfig(backbone=fresh), MINILM)
    draft = replace(visit("train").session_state["draft"], backbone=fresh, freeze=FreezePlan()).diagnose
    filled.answer(draft, filled.diagnosis)
    at = with_draft(visit, "train", backbone=fresh, freeze=FreezePlan())
    assert "backbone.reinit_top_layers is 2: give block 4" in page_text(at)
    assert "train" not in keys(at)


def test_a_study_of_the_head_alone_cannot_have_lora(visit: Open, filled: Filled) -> None:
    at = with_draft(visit, "study", freeze=FreezePlan.last_n(2, 6), tuning=TuningConfig(kind=Tuning.LORA))
    at.multiselect(key="study.recipes").set_value([]).run()
    at.multiselect(key="study.boundaries").set_value([6]).run()
    assert "lora needs at least one block" in page_text(at)
    assert "start_study" not in keys(at)


# a teacher


def another_label(filled: Filled) -> DataConfig:
    """Upload a table with two label columns, and diagnose it with the second."""
    rows = [f"a text with number {i},{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60)]
    filled.table("two labels.csv", ("text,label,topic\n" + "\n".join(rows)).encode())
    data = DataConfig(dataset=filled.dataset.digest, text="text", label="topic")
    filled.answer(
        ExperimentConfig(data=filled.data),
        filled.evaluation(),
        filled.summary(FreezePlan()),
        name="knows label",
    )
    return data


def test_a_teacher_with_other_labels_is_refused_on_train(visit: Open, filled: Filled) -> None:
    data = another_label(filled)
    teacher = trainings(filled)[0]
    filled.look(data)
    at = with_draft(visit, "train", label="topic", distil=DistilConfig(teacher=teacher.job.id))
    assert "Teacher is 'knows label'" in page_text(at)
    assert "train" not in keys(at)
    at = with_draft(visit, "train", label="label", distil=DistilConfig(teacher=teacher.job.id))
    assert not at.error
    assert "train" in keys(at)


def test_no_such_teacher_is_offered_by_recipes_and_studies(visit: Open, filled: Filled) -> None:
    filled.look(another_label(filled))
    at = with_draft(visit, "study", label="topic")
    at.multiselect(key="study.recipes").set_value([RecipeName.DISTIL]).run()
    assert "Distillation needs a teacher" in page_text(at)
    assert "teacher is None" in page_text(at)
    assert "start_study" not in keys(at)
    at = with_draft(visit, "recipe", label="topic")
    at.get_by_key("family").set_value("Everything changes").run()
    assert "Distillation needs a teacher" in page_text(at)
    assert at.button(key=f"use-{RecipeName.DISTIL}").disabled


def test_a_study_without_recipes_takes_no_such_teacher_over(visit: Open, filled: Filled) -> None:
    filled.look(another_label(filled))
    teacher = DistilConfig(teacher=trainings(filled)[0].job.id)
    at = with_draft(visit, "study", label="topic", distil=teacher)
    at.multiselect(key="study.recipes").set_value([]).run()
    at.multiselect(key="study.boundaries").set_value([6]).run()
    assert "Teacher is 'knows label'" in page_text(at)
    assert "start_study" not in keys(at)


def test_from_when_a_class_is_rare_matters_only_where_rare_ones_go(visit: Open, filled: Filled) -> None:
    teacher = DistilConfig(teacher=filled.run.job.id)
    at = with_draft(visit, "train", rare_class_below=7, distil=teacher)
    filled.look(replace(at.session_state["draft"]).data)
    at.run()
    assert not at.error
    merged = DataConfig(**{**dict(filled.data), "cleaning": (CleaningRule.MERGE_RARE,)})
    filled.look(merged)
    at = with_draft(visit, "train", rare_class_below=7, cleaning=(CleaningRule.MERGE_RARE,), distil=teacher)
    assert "Teacher is 'blocks 4 and 5'" in page_text(at)


def test_more_of_a_study_keeps_its_teacher(visit: Open, filled: Filled) -> None:
    filled.train("a newer one", FreezePlan(), seed=4)
    given = {"data": filled.data, "recipes": ("distil",), "teacher": filled.run.job.id}
    studies = Studies(filled.store)
    study = studies.add(filled.owner, "small", StudyConfig(**given), {BackboneConfig().label: 6})
    at = visit("study", study=study.id)
    at.number_input(key=f"more-{study.id}.seeds").set_value(2).run()
    at.button(key=f"extend-{study.id}").click().run()
    assert studies.get(filled.owner, study.id).config.teacher == filled.run.job.id


# reading on


def test_a_model_that_reads_one_way_names_the_backbone(visit: Open, filled: Filled) -> None:
    causal = BackboneConfig(random_init=True)
    filled.answer(BackboneInfoConfig(backbone=causal), replace(MINILM, causal=True))
    at = visit("backbone")
    at.toggle(key="twin").set_value(True).run()
    assert "Backbone: this is a causal model" in page_text(at)
    assert "pretrain" not in keys(at)
    assert not [file for file in at.get("file_uploader") if "texts" in str(file.key)]
