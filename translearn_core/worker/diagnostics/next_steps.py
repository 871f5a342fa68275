"""What to do after a run, from its results and finished diagnostics."""

from translearn_core.analysis.advisor.next_steps import RunFacts, propose
from translearn_core.config import HeadKind
from translearn_core.errors import NotFoundError
from translearn_core.jobs import BASELINES, LABEL_EFFICIENCY, LABEL_REVIEW, NextStepsConfig
from translearn_core.results import Baselines, Drift, LabelEfficiency, LabelReview, RunSummary
from translearn_core.results.diagnostics.next_steps import NextSteps
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context, T
from translearn_core.worker.run_results import load_evaluation, training_config


def propose_next_steps(context: Context[NextStepsConfig]) -> None:
    """Apply the rules to a run and the diagnostics that were computed."""
    config = context.config
    evaluation, summary = load_evaluation(context, config.job), context.result(config.job, RunSummary)
    if summary is None:
        raise NotFoundError("This run has no results yet: let it finish an epoch first.")
    drift, experiment = context.result(config.job, Drift), training_config(context, config.job)
    facts = RunFacts(
        evaluation=evaluation,
        summary=summary,
        history=context.store.history(config.job),
        n_blocks=0 if drift is None else drift.n_blocks,
        fitted_at_once=experiment.head.kind is HeadKind.PROBE,
        label_efficiency=_result(context, config.label_efficiency, LabelEfficiency),
        label_review=_result(context, config.label_review, LabelReview),
        baselines=_result(context, config.baselines, Baselines),
    )
    measured = {
        BASELINES.name: facts.baselines,
        LABEL_EFFICIENCY.name: facts.label_efficiency,
        LABEL_REVIEW.name: facts.label_review,
    }
    names = tuple(name for name, value in measured.items() if value is not None)
    artifacts.save(context.folder, NextSteps(propose(facts), names))


def _result(context: Context[NextStepsConfig], job: str | None, kind: type[T]) -> T | None:
    return None if job is None else context.result(job, kind)
