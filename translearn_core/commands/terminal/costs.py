"""Estimated cost of a study, printed before its runs start."""

from collections.abc import Mapping

from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.output import console, print_line
from translearn_core.config import StudyConfig, expand_grid, job_id
from translearn_core.errors import TrainingError
from translearn_core.jobs import PROFILE, ProfileConfig
from translearn_core.results import BackboneInfo, CostModel, Diagnosis
from translearn_core.results.costs.study_cost import StudyCost, Timing, estimate_study
from translearn_core.runs import LOCAL, State, Studies, open_store


def announce_cost(
    config: StudyConfig, infos: Mapping[str, BackboneInfo], diagnosis: Diagnosis, *, quiet: bool = False
) -> StudyCost | None:
    """Print on stderr how long the runs of a study will take that are not done yet.

    Parameters
    ----------
    config : StudyConfig
    infos : mapping of backbone label to its info
    diagnosis : Diagnosis
        Of the study's data.
    quiet : bool
        Whether to print nothing.

    Returns
    -------
    StudyCost or None
        None if no run is left, or the steps of a backbone cannot be timed.
    """
    planned = expand_grid(config, {label: info.n_blocks for label, info in infos.items()})
    done = Studies(open_store()).progress(LOCAL, [job_id(run.config) for run in planned]).done
    left = [run for run in planned if job_id(run.config) not in done]
    timings: dict[str, Timing] = {}
    for backbone in config.backbones:
        own = [run.config for run in left if run.factors["backbone"] == backbone.label]
        if backbone.is_tfidf or not own:
            continue
        cost_model = _time_steps(ProfileConfig.of(own[0].model_copy(update={"backbone": backbone})))
        if cost_model is None:
            return None
        timings[backbone.label] = Timing(infos[backbone.label], cost_model)
    if not timings:
        return None
    cost = estimate_study(left, timings, diagnosis)
    if not quiet:
        for sentence in cost.sentences():
            print_line(sentence, console)
    return cost


def _time_steps(config: ProfileConfig) -> CostModel | None:
    """Return the cost model of a backbone on this device; None where its steps fail, as its runs may not."""
    try:
        return result(submit(config, "timing a few steps"), CostModel)
    except TrainingError:
        timed = [run for run in open_store().runs(LOCAL, PROFILE) if run.job.id == job_id(config)]
        if any(run.state is State.STOPPED for run in timed):
            raise
        return None
