"""Rows without a label: chosen on the Recipe page, their rounds on the Results page."""

from dataclasses import replace

import pytest
from filled import Filled
from visits import Open, page_text

from tests.plots.self_training_results import make_self_training
from translearn_core.config import (
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    SelfTrainingConfig,
    SelfTrainingMethod,
    TrainingConfig,
)
from translearn_core.reporting import training_section
from translearn_core.runs import Run, artifacts

LINES = [
    f"film number {i} was {'warm' if i % 2 else 'cold'},"
    f"{('good' if i % 2 else 'bad') if i < 60 else ''},{'good' if i % 2 else 'bad'}"
    for i in range(100)
]


@pytest.fixture
def some(filled: Filled) -> Filled:
    """A table with 40 rows without a label, diagnosed with and without the column of the truth."""
    filled.classes = ("bad", "good")
    filled.table("some.csv", ("text,label,truth\n" + "\n".join(LINES) + "\n").encode())
    data = filled.data
    filled.look(data.model_copy(update={"label_key": "truth"}))
    filled.data = data
    filled.train("labelled rows alone", FreezePlan.last_n(2, 6))
    return filled


def trained(filled: Filled, config: ExperimentConfig, *results: object) -> Run:
    filled.points(filled.store.submit(filled.owner, config, "with the others").job.id)
    plan = config.freeze
    return filled.answer(config, filled.evaluation(), filled.drift(plan), filled.summary(plan), *results)


def test_the_recipe_page_offers_them_and_a_key(visit: Open, some: Filled) -> None:
    at = visit("recipe")
    assert any(e.label == "Rows without a label: 40 (self-training)" for e in at.expander)
    at.segmented_control(key="self_training.method").set_value("self_training").run()
    assert at.session_state["draft"].self_training == SelfTrainingConfig()
    at.number_input(key="self_training.threshold").set_value(0.8).run()
    assert at.session_state["draft"].self_training.threshold == 0.8
    at.selectbox(key="label_key").set_value("truth").run()
    assert not at.exception
    assert at.session_state["draft"].experiment.data.label_key == "truth"
    at.segmented_control(key="self_training.method").set_value("consistency").run()
    chosen = at.session_state["draft"].self_training
    assert chosen == SelfTrainingConfig(method=SelfTrainingMethod.CONSISTENCY, threshold=0.8)
    at.segmented_control(key="self_training.method").set_value("Off").run()
    assert at.session_state["draft"].self_training is None


def test_a_probe_has_no_steps_for_consistency(visit: Open, some: Filled) -> None:
    config = ExperimentConfig(data=some.data, head=HeadConfig(kind=HeadKind.PROBE))
    some.answer(config, some.evaluation(), some.summary(FreezePlan()))
    at = visit("recipe")
    assert at.segmented_control(key="self_training.method").options == ["Off", "Self-training"]


def test_without_such_rows_nothing_is_offered(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    assert not any("without a label" in e.label for e in at.expander)


def test_it_can_be_switched_off_when_no_row_lacks_a_label_any_more(visit: Open, filled: Filled) -> None:
    at = visit("recipe")
    draft = at.session_state["draft"]
    at.session_state["draft"] = replace(draft, self_training=SelfTrainingConfig())
    at.run()
    assert any(e.label == "Rows without a label: 0 (self-training)" for e in at.expander)
    at.segmented_control(key="self_training.method").set_value("Off").run()
    assert at.session_state["draft"].self_training is None


def test_the_data_page_counts_them(visit: Open, some: Filled) -> None:
    text = page_text(visit("data"))
    assert "40 rows without a label in 'label'" in text


def test_results_show_the_rounds(visit: Open, some: Filled) -> None:
    run = some.run.job.config.model_copy(
        update={"data": some.data, "self_training": SelfTrainingConfig(rounds=2)}
    )
    trained(some, run, make_self_training(("bad", "good")))
    at = visit("results")
    text = page_text(at)
    assert "What did rows without a label add? Self-training" in text
    assert make_self_training(("bad", "good")).summary() in text
    assert training_section.ROUNDS in text
    assert not any(button.key == "labelled_alone" for button in at.button)  # they trained
    at.button(key="compare_alone").click().run()
    assert not at.exception


def test_the_labelled_rows_can_train_alone(visit: Open, some: Filled) -> None:
    training = TrainingConfig(seed=5)
    config = some.run.job.config.model_copy(
        update={"data": some.data, "training": training, "self_training": SelfTrainingConfig(rounds=2)}
    )
    run = trained(some, config, make_self_training(("bad", "good")))
    visit("results", run=run.id).button(key="labelled_alone").click().run()
    newest = some.store.runs(some.owner)[0].job.config
    assert newest == config.model_copy(update={"self_training": None})


def test_results_without_rounds_say_so(visit: Open, some: Filled) -> None:
    config = some.run.job.config.model_copy(
        update={"data": some.data, "self_training": SelfTrainingConfig(rounds=2)}
    )
    trained(some, config)
    assert "No row without a label could be learned from" in page_text(visit("results"))


def test_a_run_shows_its_rounds_while_it_trains(visit: Open, some: Filled) -> None:
    config = some.run.job.config.model_copy(
        update={"data": some.data, "self_training": SelfTrainingConfig(rounds=2)}
    )
    run = some.store.submit(some.owner, config, "live")
    some.store.begin(run.job.id, "TRAIN-0")
    folder = some.store.workspace.run(run.job.id)
    whole = make_self_training(("bad", "good"))
    text = page_text(visit("run", run=run.id))
    assert "No text without a label" not in text
    for rounds in (0, 2):
        so_far = replace(whole, rounds=whole.rounds[:rounds])
        artifacts.save(folder, so_far)
        text = page_text(visit("run", run=run.id))
        assert so_far.so_far() in text
