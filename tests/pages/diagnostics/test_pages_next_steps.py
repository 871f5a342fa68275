"""What next: button, steps with buttons, what they rest on."""

from filled import Filled
from visits import Open, page_text

from translearn_core.jobs import NEXT_STEPS, BaselinesConfig, NextStepsConfig
from translearn_core.results import Estimate
from translearn_core.results.diagnostics.next_steps import NextStep, NextSteps
from translearn_core.runs import State, artifacts
from translearn_core.runs.report_jobs import next_steps_config


def answer(filled: Filled, config: NextStepsConfig) -> None:
    """Store the steps as a worker would."""
    run = filled.store.submit(filled.owner, config)
    filled.store.begin(run.job.id, "ASK-0")
    number = Estimate(1900.0, float("nan"), float("nan"))
    step = NextStep(
        "test rows", "Test on more rows", "About 1,900.", number, "study", "Cross-validate", "Wilson"
    )
    artifacts.save(filled.store.workspace.run(run.job.id), NextSteps((step,), ("label review",)))
    filled.store.finish(run.job.id, State.DONE)


def test_the_button_asks_for_steps_from_what_was_measured(filled: Filled, visit: Open) -> None:
    at = visit("results", run=filled.run.id)
    at.button(key=f"compute-{NEXT_STEPS.kind}").click().run()
    (run,) = filled.store.runs(filled.owner, NEXT_STEPS)
    assert run.job.config == next_steps_config(filled.store, filled.run)


def test_finished_diagnostics_are_part_of_the_question(filled: Filled) -> None:
    before = next_steps_config(filled.store, filled.run)
    baselines = filled.store.submit(filled.owner, BaselinesConfig(job=filled.run.job.id))
    assert next_steps_config(filled.store, filled.run) == before
    filled.store.begin(baselines.job.id, "ASK-0")
    filled.store.finish(baselines.job.id, State.DONE)
    assert next_steps_config(filled.store, filled.run).baselines == baselines.job.id


def test_a_step_leads_to_its_page(filled: Filled, visit: Open) -> None:
    answer(filled, next_steps_config(filled.store, filled.run))
    at = visit("results", run=filled.run.id)
    text = page_text(at)
    assert "Test on more rows" in text
    assert "label review" in text
    at.button(key="next-test rows").click().run()
    assert not at.exception
    assert "A new study" in page_text(at)
