"""Cost of a study: number of runs, runs already done, estimated time."""

from collections.abc import Sequence

from pages._ui.forms import freeze_map
from pages._ui.shell import jobs, st, state
from pages._ui.studies import study_list
from translearn_core.config import PlannedRun, StudyConfig, job_id
from translearn_core.jobs import ProfileConfig
from translearn_core.results.costs.study_cost import StudyCost, Timing, estimate_study
from translearn_core.results.format import approximate_duration, count_noun, was_or_were
from translearn_core.runs import Study
from translearn_core.runs.report_jobs import study_diagnosis


def describe_runs(config: StudyConfig, planned: Sequence[PlannedRun], done: int) -> str:
    """Return a sentence on the number of runs, configurations and seeds; `done` runs are finished."""
    arms = len({run.name for run in planned})
    folds = f" and {count_noun(config.k_folds, 'fold')}" if config.k_folds else ""
    text = (
        f"**{count_noun(len(planned), 'run')}**: {count_noun(arms, 'configuration')}, "
        f"{count_noun(len(config.seeds), 'seed')}{folds} each."
    )
    if config.combinations > arms:
        text += f" Of the {config.combinations:,} combinations some train the same: those count once."
    return f"{text} {done:,} of them {was_or_were(done)} trained before, at no cost." if done else text


def unfinished_runs(planned: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return the runs that are not done yet."""
    done = set(study_list.study_store().progress(state.owner(), [job_id(run.config) for run in planned]).done)
    return [run for run in planned if job_id(run.config) not in done]


def time(seconds: float) -> None:
    """Show the estimated time of runs."""
    st.caption(
        f"About {approximate_duration(seconds)} one after another, or less: frozen outputs are computed once "
        "for all of them. It goes on when you close this page."
    )


def by_arm(cost: StudyCost, *, key: str) -> None:
    """Show the estimated time of each way, source or recipe, and of all together."""
    time(cost.seconds)
    shown = cost.frame()
    for name in (column for column in shown if column.startswith("seconds")):
        times = [approximate_duration(seconds) if seconds else "–" for seconds in shown[name]]
        empty = set(times) == {"–"}  # of pre-training, where no way has one
        shown = shown.drop(columns=name) if empty else shown.assign(**{name: times})
    titles: dict[str, object] = {name: name.replace("seconds", "time") for name in shown}
    titles |= {"way": "adaptation method"} if "way" in titles else {}
    st.dataframe(shown, hide_index=True, key=key, column_config=titles)


def seconds(study: Study, runs: Sequence[PlannedRun]) -> float | None:
    """Return the estimated seconds of runs of a study; None while the cost model is measured."""
    diagnosis = jobs.submit_and_watch(study_diagnosis(study.config))
    timings: dict[str, Timing] = {}
    for backbone in study.config.backbones:
        configs = [run.config for run in runs if run.factors["backbone"] == backbone.label]
        if backbone.is_tfidf or not configs:
            continue
        backbone_info = jobs.backbone_info(backbone)
        timing = ProfileConfig.of(configs[0].model_copy(update={"backbone": backbone}))
        calibration = freeze_map.measured(timing)
        if diagnosis is None or backbone_info is None or calibration is None:
            return None
        timings[backbone.label] = Timing(backbone_info, calibration)
    return 0.0 if diagnosis is None else estimate_study(runs, timings, diagnosis).seconds
