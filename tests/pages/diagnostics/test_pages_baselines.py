"""Baselines on Results and Compare, and probes of three models."""

import numpy as np
import pytest
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import Open, page_text

from pages._ui.diagnostics import baselines
from translearn_core.config import ExperimentConfig, FreezePlan, from_scratch_control, job_id
from translearn_core.jobs import BASELINES, LENGTH, PROBE, BaselinesConfig, ProbeConfig
from translearn_core.results import Baseline, Baselines, Difference, Estimate, Metrics, ProbeScores
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, SCRATCH, WORDS
from translearn_core.runs import Run, State


def line(name: str, accuracy: float, margin: float, negative_transfer: str = "") -> Baseline:
    score, difference = (
        Estimate(accuracy, accuracy - 0.1, accuracy + 0.1),
        (margin, margin - 0.02, margin + 0.02),
    )
    return Baseline(
        name,
        {"accuracy": score, "macro_f1": score},
        Difference(*difference, 1),
        "A verdict.",
        negative_transfer,
    )


CHEAP = (line(MAJORITY, 0.34, 0.4), line(WORDS, 0.7, 0.1), line(FROZEN, 0.6, 0.2))
HARMED = (*CHEAP, line(SCRATCH, 0.9, -0.1, "Negative transfer: 10.0 points below scratch."))


def held(lines: tuple[Baseline, ...], sentence: str) -> Baselines:
    test = Metrics(18, {"accuracy": Estimate(0.8, 0.7, 0.9)}, 0.5)
    return Baselines(test, 54, lines, sentence, ("Only 18 test rows.",))


def submitted(filled: Filled) -> list[BaselinesConfig]:
    runs = filled.store.runs(filled.owner, BASELINES)
    return [run.job.config for run in runs if isinstance(run.job.config, BaselinesConfig)]


def drawn(at: AppTest) -> list[str]:
    return [chart.proto.spec for chart in at.get("plotly_chart")]


def control_of(run: Run) -> ExperimentConfig:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    return from_scratch_control(config, 6)


def test_the_cheap_lines_are_asked_at_once_and_the_rest_is_drawn_meanwhile(
    visit: Open, filled: Filled
) -> None:
    at = visit("results")
    assert submitted(filled) == [BaselinesConfig(job=filled.run.job.id)]
    assert len(at.get("plotly_chart")) == 5
    assert {m.label for m in at.metric} >= {"Test accuracy", "Majority-class baseline"}
    visit("results")
    assert len(submitted(filled)) == 1


def test_once_known_the_headline_names_the_best_cheap_line_and_curves_show_it(
    visit: Open, filled: Filled
) -> None:
    filled.answer(BaselinesConfig(job=filled.run.job.id), held(CHEAP, f"Perhaps. {HOSTILE}"))
    at = visit("results")
    shown = {m.label: m for m in at.metric}
    assert "Majority-class baseline" not in shown
    assert shown["TF-IDF"].value == "70.0 %"
    assert "gets 34.0 %" in shown["TF-IDF"].help
    assert "Perhaps. " in page_text(at)
    assert "Only 18 test rows." in page_text(at)
    assert "![x](" not in "".join(str(part.value) for part in at.markdown)
    assert not at.error
    at.get_by_key("results_measure").set_value("Accuracy").run()
    assert any("TF-IDF (test)" in spec and "best epoch" in spec for spec in drawn(at))


def test_scratch_is_one_click_away_its_cost_said_and_it_is_not_asked_twice(
    visit: Open, filled: Filled
) -> None:
    filled.answer(BaselinesConfig(job=filled.run.job.id), held(CHEAP, "Perhaps."))
    at = visit("results")
    assert "10 epochs of the whole model" in page_text(at)
    at.button(key="train_scratch").click().run()
    made = filled.store.run(filled.owner, job_id(control_of(filled.run)))
    assert made.state is State.QUEUED
    assert made.name == "blocks 4 and 5, from scratch"
    assert "train_scratch" not in [button.key for button in at.button]
    assert "Perhaps." in page_text(at)


def test_when_scratch_is_done_it_is_held_against_the_run_and_harm_is_red(visit: Open, filled: Filled) -> None:
    filled.answer(BaselinesConfig(job=filled.run.job.id), held(CHEAP, "Perhaps."))
    control = filled.answer(
        control_of(filled.run),
        filled.evaluation(3),
        filled.drift(FreezePlan.full(6)),
        filled.summary(FreezePlan.full(6)),
        name="control",
    )
    at = visit("results", run=filled.run.id)
    paired = BaselinesConfig(job=filled.run.job.id, from_scratch_run=control.job.id)
    assert paired in submitted(filled)
    assert "Perhaps." in page_text(at), "what is known stays while the rest is computed"
    filled.answer(paired, held(HARMED, "No, it did harm."))
    at = visit("results", run=filled.run.id)
    assert "No, it did harm." in page_text(at)
    assert ["Negative transfer" in error.value for error in at.error] == [True]
    assert {m.label for m in at.metric} >= {"TF-IDF"}, "scratch is no cheap line"
    assert "train_scratch" not in [button.key for button in at.button]


def test_a_run_from_scratch_offers_no_other(visit: Open, filled: Filled) -> None:
    control = filled.answer(
        control_of(filled.run),
        filled.evaluation(3),
        filled.drift(FreezePlan.full(6)),
        filled.summary(FreezePlan.full(6)),
        name="control",
    )
    at = visit("results", run=control.id)
    assert "train_scratch" not in [button.key for button in at.button]


def test_compare_draws_the_lines_where_all_were_tested_on_the_same_rows(visit: Open, filled: Filled) -> None:
    filled.train("head only", FreezePlan(), seed=1)
    assert not any("TF-IDF" in spec for spec in drawn(visit("compare")))
    filled.answer(BaselinesConfig(job=filled.run.job.id), held(CHEAP, "Perhaps."))
    assert any("TF-IDF" in spec for spec in drawn(visit("compare")))


def test_what_scratch_costs_is_told_in_words_where_no_step_was_timed(visit: Open, filled: Filled) -> None:
    other = filled.run.job.config
    assert isinstance(other, ExperimentConfig)
    slow = other.training.model_copy(update={"batch_size": 7})
    config = other.model_copy(update={"training": slow})
    run = filled.answer(
        config, filled.evaluation(), filled.drift(config.freeze), filled.summary(config.freeze), name="slow"
    )
    assert baselines.TRAINS in page_text(visit("results", run=run.id))


# probes


def probes(about: str, sentence: str) -> ProbeScores:
    test = np.stack([np.linspace(0.6, 0.7, 7), np.linspace(0.6, 0.8, 7), np.full(7, 0.5)])
    control = np.full((1, 3, 7), 0.45)
    return ProbeScores(
        ("pretrained", "fine-tuned", "random init"), np.repeat(test[:, :, None], 5, axis=2), test,
        test - 0.05, test + 0.05, np.full(test.shape, 0.01), 0.34, Estimate(0.6, 0.5, 0.7), 54, 18,
        control_cross_validated=control[..., None], control_test=control, control_low=control - 0.05,
        control_high=control + 0.05, control_c=np.full(control.shape, 0.001),
        control_majority=np.asarray([0.4]), target=about, sentences=(sentence,),
    )  # fmt: skip


def test_three_models_their_control_and_the_sentences_are_shown(visit: Open, filled: Filled) -> None:
    filled.table("films.csv", b"text,label,topic\n" + b"a film,good,art\na book,bad,print\n" * 30)
    filled.run = filled.train("with a topic", FreezePlan.last_n(1, 6), seed=8)
    job = filled.run.job.id
    filled.answer(ProbeConfig(job=job), probes("label", f"It is layer 6. {HOSTILE}"))
    at = visit("probes", run=filled.run.id)
    (figure,) = drawn(at)
    for name in ("pretrained", "fine-tuned", "random init", "random init selectivity", "control task"):
        assert name in figure
    assert "It is layer 6." in page_text(at)
    assert "![x](" not in "".join(str(part.value) for part in at.markdown)
    box = at.selectbox(key="probe_about")
    assert box.options == ["the label (label)", "the length of the text", "column topic"]
    box.set_value("topic").run()
    assert not at.get("plotly_chart")
    at.button(key="compute-probe").click().run()
    new = [run.job.config for run in filled.store.runs(filled.owner, PROBE)]
    assert ProbeConfig(job=job, target="topic") in new
    filled.answer(ProbeConfig(job=job, target=LENGTH), probes(LENGTH, "Did training wipe out the length?"))
    at = visit("probes", run=filled.run.id)
    at.selectbox(key="probe_about").set_value(LENGTH).run()
    assert "Did training wipe out the length?" in page_text(at)


@pytest.mark.parametrize("controls", [0, 2])
def test_how_it_is_probed_can_be_chosen(visit: Open, filled: Filled, controls: int) -> None:
    at = visit("probes")
    at.number_input(key="probe.control_tasks").set_value(controls).run()
    at.toggle(key="probe.random_init_baseline").set_value(False).run()
    at.button(key="compute-probe").click().run()
    expected = ProbeConfig(job=filled.run.job.id, control_tasks=controls, random_init_baseline=False)
    assert expected in [run.job.config for run in filled.store.runs(filled.owner, PROBE)]
