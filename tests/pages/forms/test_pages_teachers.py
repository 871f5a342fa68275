"""Teachers: order, labels, warning about a weak one, summary on the Train page."""

from dataclasses import replace

from filled import MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import Open, page_text, script

from translearn_core.config import ExperimentConfig, FreezePlan, RecipeName, TrainingConfig
from translearn_core.jobs import BackboneInfoConfig
from translearn_core.results import Estimate
from translearn_core.runs import Run

FILE = "a table with a rather long name indeed.csv"


def trained(filled: Filled, name: str, seed: int, validation: float, test: float = 0.5) -> Run:
    """Finish a training with these validation and test accuracies."""
    plan = FreezePlan.last_n(1, 6)
    result = filled.summary(plan)
    held, reported = (
        replace(result.test, scores={"accuracy": Estimate(share, share - 0.05, share + 0.05)})
        for share in (validation, test)
    )
    result = replace(result, validation=held, test=reported)
    config = ExperimentConfig(data=filled.data, freeze=plan, training=TrainingConfig(seed=seed))
    return filled.answer(config, filled.evaluation(), filled.drift(plan), result, name=name)


def on_recipe(visit: Open, filled: Filled) -> AppTest:
    filled.store.delete_run(filled.owner, filled.run.id)
    at = visit("recipe")
    at.get_by_key("family").set_value("Everything changes").run()
    return at


def test_the_best_on_validation_is_first_and_begins(visit: Open, filled: Filled) -> None:
    best = trained(filled, f"{FILE}, gradual unfreezing, seed 3", 3, validation=0.91, test=0.5)
    trained(filled, f"{FILE}, gradual unfreezing, seed 4", 4, validation=0.6, test=0.99)
    trained(filled, f"{FILE}, head only, seed 5", 5, validation=0.35)
    at = on_recipe(visit, filled)
    box = at.selectbox(key="teacher")
    assert box.options == [
        "91.0 %  ·  gradual unfreezing, seed 3",
        "60.0 %  ·  gradual unfreezing, seed 4",
        "35.0 %  ·  head only, seed 5",
    ]
    assert box.value == best.job.id
    assert "little to learn" not in page_text(at)


def test_runs_of_one_name_and_score_can_be_told_apart(visit: Open, filled: Filled) -> None:
    runs = [trained(filled, f"the same {'very ' * 20}long name", seed, 0.8) for seed in (3, 4)]
    box = on_recipe(visit, filled).selectbox(key="teacher")
    assert len(set(box.options)) == 2
    assert all(option.startswith("80.0 %  ·  the same very") for option in box.options)
    assert all(f"long name ({run.job.id[:6]})" in " ".join(box.options) for run in runs)


def test_a_better_run_becomes_the_first_choice_unless_one_was_chosen(visit: Open, filled: Filled) -> None:
    poor = trained(filled, "poor", 3, 0.35)
    at = on_recipe(visit, filled)
    assert at.selectbox(key="teacher").value == poor.job.id
    better = trained(filled, "better", 4, 0.7)
    at.run()
    assert at.selectbox(key="teacher").value == better.job.id
    at.selectbox(key="teacher").set_value(poor.job.id).run()
    trained(filled, "best", 5, 0.9)
    at.run()
    assert at.selectbox(key="teacher").value == poor.job.id


def test_a_teacher_at_chance_comes_with_a_warning(visit: Open, filled: Filled) -> None:
    trained(filled, "at chance", 3, validation=0.35)
    (warning,) = on_recipe(visit, filled).warning
    text = str(warning.value)
    assert "is 35.0 %" in text
    assert "baseline (34.0 %)" in text


def test_train_and_the_settings_of_a_run_name_the_teacher(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    at.get_by_key("family").set_value("Everything changes").run()
    at.button(key=f"use-{RecipeName.DISTIL}").click().run()
    draft = at.session_state["draft"]
    assert "A teacher" not in page_text(visit("train"))
    filled.answer(BackboneInfoConfig(backbone=draft.backbone), MINILM)
    filled.answer(draft.diagnose, filled.diagnosis)
    at.switch_page(script("train")).run()
    assert "teacher **blocks 4 and 5**" in page_text(at)
    assert "weigh 70.0 %" in page_text(at)
    experiment = draft.experiment
    assert experiment is not None
    results = (filled.evaluation(), filled.drift(experiment.freeze), filled.summary(experiment.freeze))
    run = filled.answer(experiment, *results, name="taught")
    (settings,) = (t.value for t in visit("results", run=run.id).dataframe if "setting" in t.value)
    assert dict(settings.to_numpy().tolist())["distil teacher"] == "blocks 4 and 5"
