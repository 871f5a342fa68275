"""Trained lines of a label efficiency curve: cost, start button, progress."""

from collections.abc import Sequence

from pages._ui.diagnostics.label_efficiency_setup import SEEDS, Curve
from pages._ui.forms import freeze_map
from pages._ui.shell import errors, jobs, navigation, result_cache, st, state
from pages._ui.shell.formatting import short
from pages._ui.studies import study_list
from translearn_core.config import RECIPES, ExperimentConfig, PlannedRun, RecipeName, expand_grid, job_id
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import TranslearnError
from translearn_core.results import BackboneInfo, RunSummary, Workload
from translearn_core.results.format import approximate_duration
from translearn_core.runs.studies.label_efficiency import (
    FEWEST_STEPS,
    FURTHER_RECIPES,
    label_efficiency_study,
    scaled_seconds,
)

STEPS = (
    "On very few labels an epoch is a single step. So epochs are added there until a run takes "
    f"{FEWEST_STEPS} steps: otherwise a method could fail for lack of steps, not of labels."
)


def trained_arms(curve: Curve) -> None:
    """Offer to train the curve's other lines, or show their progress."""
    if curve.study is None:
        _offer(curve)
        return
    st.markdown("**The trained lines**; each run is an ordinary one, listed among your runs.")
    study_list.watch(curve.study)
    st.caption(STEPS)
    navigation.link("study", "Compare these runs, or add strategies, sizes and draws", study=curve.study.id)


def _offer(curve: Curve) -> None:
    st.markdown(
        "**Add the trained lines.** Your settings are trained on each number of labels, and so is the same "
        "architecture from random weights, which has nothing to transfer. Only that line tells what the "
        "pretrained weights are worth."
    )
    backbone_info = jobs.backbone_info(curve.experiment.backbone)
    if backbone_info is None:
        return
    recipes = _recipes(curve)
    sizes, seeds = _grid(curve)
    if not sizes:
        st.caption("Choose at least one number of labels.")
        return
    try:
        config = label_efficiency_study(
            curve.experiment, curve.rows, sizes, seeds, balanced=curve.balanced,
            words_per_text=curve.diagnosis.words_per_text, recipes=recipes,
        )  # fmt: skip
        blocks = {config.backbones[0].label: backbone_info.n_blocks}
        planned = expand_grid(config, blocks)
    except TranslearnError as problem:
        errors.show_error(problem)
        return
    _cost(curve, planned, backbone_info)
    if st.button("Train them", key="train_curve", type="primary", icon=":material/play_arrow:"):
        study_list.study_store().add(
            state.owner(), short(f"Label efficiency of {curve.run.name}", 100), config, blocks
        )
        ensure_engine(settings())
        st.rerun()


def _recipes(curve: Curve) -> list[RecipeName]:
    """Choose recipes that are trained besides the run's own settings."""
    key = f"curve_recipes-{curve.run.id}"
    state.init_widget(key, [])
    chosen: list[RecipeName] = st.multiselect(
        "Further strategies",
        FURTHER_RECIPES,
        format_func=lambda name: RECIPES[name].title,
        key=key,
        persist_state="session",
        placeholder="None: your settings, and from scratch",
        help="each becomes a line of its own, trained on the same labels: with few of them contrastive "
        "fine-tuning often needs the fewest",
    )
    return chosen


def _grid(curve: Curve) -> tuple[list[int], range]:
    """Choose the subset sizes and the seeds that draw them."""
    key, classes = f"label_efficiency_sizes-{curve.run.id}-{curve.balanced}", len(curve.diagnosis.classes)
    state.init_widget(key, list(curve.offered))
    left, right = st.columns([3, 1])
    with left:
        sizes = st.multiselect(
            "Numbers of labels",
            curve.offered,
            format_func=lambda size: _named(size, curve.rows, classes if curve.balanced else 1),
            key=key,
        )
    with right:
        seeds = st.number_input(
            "Draws of the labels",
            1,
            20,
            SEEDS,
            key=f"curve_seeds-{curve.run.id}",
            help="random subsets for each size: at least three are needed to estimate the variance",
        )
    return sorted(sizes), range(int(seeds))


def _named(size: int, rows: int, classes: int) -> str:
    if size == rows:
        return f"all {rows:,}"
    return f"{size:,}" if classes == 1 else f"{size // classes:,} for each class"


def _cost(curve: Curve, planned: Sequence[PlannedRun], backbone_info: BackboneInfo) -> None:
    """Show the number of runs and their estimated time."""
    done = set(study_list.study_store().progress(state.owner(), [job_id(run.config) for run in planned]).done)
    left = [run.config for run in planned if job_id(run.config) not in done]
    note = ""
    if len(done) == 1:
        note = " One of them was trained before and costs nothing."
    elif done:
        note = f" {len(done)} of them were trained before and cost nothing."
    st.markdown(f"**{len(planned)} runs**, one for each line, number and draw.{note}")
    if left:
        seconds = approximate_duration(sum(_seconds(curve, left, backbone_info)))
        st.caption(
            f"About {seconds} one after another. They go on when you close this page, can be stopped "
            f"together, and the curve grows as they end. {STEPS}"
        )


def _seconds(curve: Curve, left: Sequence[ExperimentConfig], backbone_info: BackboneInfo) -> list[float]:
    """Return the estimated seconds of each run: from the cost model if profiled, else scaled from the run."""
    task = Workload.of(curve.diagnosis)
    calibration = freeze_map.cached_cost_model(curve.experiment)
    if calibration is not None:
        return [calibration.estimate(backbone_info, config, task).seconds for config in left]
    took = result_cache.cached_result(curve.run, RunSummary)
    assert took is not None  # a run with results has one
    return [
        scaled_seconds(took.seconds["total"], curve.experiment, config, task, backbone_info.n_blocks)
        for config in left
    ]
