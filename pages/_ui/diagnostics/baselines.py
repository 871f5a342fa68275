"""Baselines panel: a run beside cheap baselines and the same model trained from scratch."""

from collections.abc import Sequence

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms import freeze_map
from pages._ui.forms.draft import draft_of
from pages._ui.runs import run_actions
from pages._ui.shell import jobs, navigation, result_cache
from translearn_core.config import ExperimentConfig, LayerCombination, from_scratch_control
from translearn_core.config.search import probe_experiment, tfidf_experiment
from translearn_core.jobs import BASELINES, BackboneInfoConfig, BaselinesConfig
from translearn_core.results import Baseline, Baselines, Drift, Workload
from translearn_core.results.diagnostics.baselines import CONSTANTS, FROZEN, SCRATCH, WORDS
from translearn_core.results.format import approximate_duration
from translearn_core.runs import Run, State

TRAINS = "ten epochs of the whole model, the most expensive training there is"
"""Cost of training from scratch where it cannot be estimated."""


def finished_baselines(run: Run[ExperimentConfig]) -> Baselines | None:
    """Return a run's baselines if they are computed, with the from-scratch control if it is done."""
    control = from_scratch_run(run)
    controls = [control.job.id] if control is not None and control.state is State.DONE else []
    for scratch in (*controls, None):
        job = jobs.find_run(BaselinesConfig(job=run.job.id, from_scratch_run=scratch))
        if job is not None and job.state is State.DONE:
            return result_cache.cached_result(job, Baselines)
    return None


def best_untrained(run: Run[ExperimentConfig]) -> Baseline | None:
    """Return the best baseline that trains no backbone; None if none is computed."""
    result = finished_baselines(run)
    cheap = [line for line in result.lines if line.name != SCRATCH] if result is not None else []
    return max(cheap, key=lambda line: line.headline.value, default=None)


def untrained_scores(run: Run[ExperimentConfig]) -> dict[str, float]:
    """Return headline scores of the constant and TF-IDF baselines by name; empty if not computed."""
    result = finished_baselines(run)
    if result is None:
        return {}
    shown = (*CONSTANTS.values(), WORDS)
    return {f"{line.name} (test)": line.headline.value for line in result.lines if line.name in shown}


def first_untrained_scores(runs: Sequence[Run[ExperimentConfig]]) -> dict[str, float]:
    """Return `cheap` of the first run that has any; the runs share their test rows."""
    return next(filter(None, map(untrained_scores, runs)), {})


def panel(run: Run[ExperimentConfig]) -> None:
    """Compare a run with its baselines; the cheap ones are submitted at once."""
    diagnostic.heading(BASELINES)
    control = from_scratch_run(run)
    scratch = control.job.id if control is not None and control.state is State.DONE else None
    config = BaselinesConfig(job=run.job.id, from_scratch_run=scratch)
    result = run_actions.result_or_stop(config, "stop-baselines")
    if result is None:
        result = finished_baselines(run)
    if result is not None:
        diagnostic.show(BASELINES, result)
        for line in result.lines:
            _keep(run, line)
    if not run.job.config.backbone.random_init:
        _from_scratch(run, run.job.config, control)


def baseline_experiment(run: Run[ExperimentConfig], line: Baseline) -> ExperimentConfig | None:
    """Return the run that trains a baseline as a model; None if it is `run` itself, or no model."""
    config, drift = run.job.config, result_cache.cached_result(run, Drift)
    baseline = None
    if line.name == WORDS:
        baseline = tfidf_experiment(config)
    elif line.name == FROZEN and line.layer is not None and drift is not None:
        last = line.layer == drift.n_blocks
        baseline = (
            probe_experiment(config, LayerCombination.LAST)
            if last
            else probe_experiment(config, LayerCombination.ONE, line.layer)
        )
    return None if baseline == config else baseline


def _keep(run: Run[ExperimentConfig], line: Baseline) -> None:
    """Offer to train a baseline as a model of its own, unless the run is better by more than chance."""
    baseline = baseline_experiment(run, line)
    if baseline is None or line.margin.low > 0:
        return
    known, title = jobs.find_run(baseline), baseline.method_name()
    if known is not None and known.state is State.DONE:
        navigation.link("results", f"Results of {title} as a model", run=known.id)
        return
    diagnostic.offer_control(
        baseline,
        f"{title}, baseline of {run.name}",
        f"Training {title}",
        f"{title[:1].upper()}{title[1:]}: on these test rows the run is "
        f"{'worse' if line.margin.high < 0 else 'not better'} by more than chance. It takes seconds to "
        "train; as a model it can predict and be exported.",
        label="Keep it as a model",
        key=f"keep_{line.name.replace(' ', '_')}",
        icon="bookmark",
    )


def _from_scratch(run: Run[ExperimentConfig], config: ExperimentConfig, control: Run | None) -> None:
    """Offer to train the same model from scratch, or show its progress."""
    from_scratch = _scratch(run, config)
    if from_scratch is None or (control is not None and control.state is State.DONE):
        return
    diagnostic.offer_control(
        from_scratch,
        f"{run.name}, from scratch",
        "Training the same model from scratch",
        f"The transfer gain needs the same model trained from scratch: {_cost(config, from_scratch)}.",
        label="Train from scratch too",
        key="train_scratch",
        icon="restart_alt",
    )


def _scratch(run: Run[ExperimentConfig], config: ExperimentConfig) -> ExperimentConfig | None:
    """Return the from-scratch experiment; None if the number of blocks is not known."""
    drift = result_cache.cached_result(run, Drift)
    if drift is None or config.backbone.random_init:
        return None
    return from_scratch_control(config, drift.n_blocks)


def from_scratch_run(run: Run[ExperimentConfig]) -> Run[ExperimentConfig] | None:
    """Return the owner's run of the same model trained from scratch, in any state; None without one."""
    from_scratch = _scratch(run, run.job.config)
    return jobs.find_run(from_scratch) if from_scratch is not None else None


def _cost(config: ExperimentConfig, from_scratch: ExperimentConfig) -> str:
    """Return the cost of training from scratch, from the profiled cost model if there is one."""
    backbone_info = jobs.known(BackboneInfoConfig(backbone=config.backbone))
    diagnosis = jobs.known(draft_of(config).diagnose)
    calibration = freeze_map.cached_cost_model(config)
    if backbone_info is None or diagnosis is None or calibration is None:
        return TRAINS
    seconds = calibration.estimate(backbone_info, from_scratch, Workload.of(diagnosis)).seconds
    return f"{from_scratch.training.epochs} epochs of the whole model, about {approximate_duration(seconds)}"
