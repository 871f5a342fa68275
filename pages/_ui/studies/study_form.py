"""Study form: factors of the grid, common settings, number of runs and cost."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from pages._ui.forms import config_fields, freeze_map, require_task, teachers
from pages._ui.shell import errors, st, state
from pages._ui.shell.formatting import plain, short
from pages._ui.studies import study_cost, study_list
from pages._ui.studies.repetitions import first_repetitions
from translearn_core.config import (
    RECIPES,
    DataConfig,
    ExperimentConfig,
    Optimizer,
    RecipeName,
    StudyConfig,
    custom_overrides,
    expand_grid,
    job_id,
)
from translearn_core.config.recipes.recipe import UNCHANGED_SETTINGS
from translearn_core.config.settings import settings
from translearn_core.engine import ensure_engine
from translearn_core.errors import TranslearnError
from translearn_core.jobs.spec import NUMBERS
from translearn_core.results import Workload
from translearn_core.results.format import count_noun
from translearn_core.runs import Study

FIRST = (RecipeName.LINEAR, RecipeName.LAST_K, RecipeName.FULL)
"""Recipes preset in a new study."""
SIZES = tuple(2**k for k in range(4, 18))
"""Offered training-set sizes, powers of two."""
ALL = 0
"""Size that stands for all rows."""
METHOD_TITLES = {
    "distil": "Teacher",
    "contrastive": "Contrastive fine-tuning",
    "self_training": "Self-training",
    "adaptation": "Domain adaptation",
}
"""Parts of the settings that are whole methods, as the list of settings calls them."""
NO_TEACHER = "Distillation needs a teacher, a finished run on the labels of this table: train one first."


def new() -> None:
    """Draw the form of a new study from the draft; end the page if there is no task."""
    ready = require_task.require_task("A study needs a table with its columns chosen, and there is none.")
    draft, backbone_info = ready.draft, ready.backbone_info
    st.subheader("A new study", anchor=False)
    task = Workload.of(ready.diagnosis)
    begin: dict[str, Any] = {"recipes": FIRST, "boundaries": (), "seeds": 3, "sizes": (None,)}
    begin |= first_repetitions(ready.data, task.test)
    grid = _grid("study", backbone_info.n_blocks, task.train, begin)
    if any(grid["sizes"]):
        grid["resample"] = st.checkbox(
            "Resample the training rows for each seed",
            key="study.resample",
            persist_state="session",
            help="the interval then includes sampling variance; otherwise all seeds train on the same rows",
        )
    teacher = _teacher(grid["recipes"], ready.data)
    if not grid["recipes"] and not grid["boundaries"]:
        st.caption("Choose at least one transfer strategy, or blocks to train from.")
        return
    seed = draft.training.seed
    grid["seeds"] = tuple(range(seed, seed + grid["seeds"]))
    grid["redraw_folds"] = grid["k_folds"] is not None
    own = custom_overrides(ready.experiment, recipes=bool(grid["recipes"]))
    st.caption(plain(custom_caption(ready.experiment, own, recipes=bool(grid["recipes"]))))
    blocks = {draft.backbone.label: backbone_info.n_blocks}
    try:
        if "distil" in own:
            teachers.check(ready.experiment)
        config = StudyConfig(
            data=ready.data, backbones=(draft.backbone,), settings=own, teacher=teacher, **grid
        )
        planned = expand_grid(config, blocks)
    except (TranslearnError, ValidationError) as problem:
        errors.show_error(problem)
        return
    left = study_cost.unfinished_runs(planned)
    st.markdown(study_cost.describe_runs(config, planned, len(planned) - len(left)))
    calibration = freeze_map.measured_cost_model(ready.draft)
    if calibration is not None and left:
        seconds = (calibration.estimate(ready.backbone_info, run.config, task).seconds for run in left)
        study_cost.time(sum(seconds))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        proposal = short(f"Study of {ready.dataset.name}", 80)
        name = st.text_input("Name of this study", key="study.name", placeholder=proposal, max_chars=100)
        if st.button("Start the study", key="start_study", type="primary", icon=":material/play_arrow:"):
            study_list.start(name.strip() or proposal, config, blocks)


def add_fields(study: Study) -> None:
    """Draw the form that extends a study; what it has stays."""
    config_now = study.config
    fewest = min(study.blocks.values())
    ready = {
        "recipes": config_now.recipes,
        "boundaries": config_now.boundaries,
        "seeds": len(config_now.seeds),
        "sizes": config_now.sizes,
    }
    grid = _grid(f"more-{study.id}", fewest, None, ready)
    following = (n for n in range(max(config_now.seeds) + 1, max(config_now.seeds) + 1 + grid["seeds"]))
    seeds = (*config_now.seeds, *following)[: max(grid["seeds"], len(config_now.seeds))]
    parts: dict[str, Any] = {
        "seeds": seeds,
        "teacher": _teacher(grid["recipes"], config_now.data, study.id, config_now.teacher)
        or config_now.teacher,
    }
    parts |= {name: (*getattr(config_now, name), *grid[name]) for name in ("recipes", "boundaries", "sizes")}
    try:
        config = StudyConfig.model_validate({**dict(config_now), **parts})
        planned = expand_grid(config, study.blocks)
    except (TranslearnError, ValidationError) as problem:
        errors.show_error(problem)
        return
    new = [run for run in planned if job_id(run.config) not in set(study.jobs)]
    st.caption(
        f"{count_noun(len(new), 'more run', 'more runs')}." if new else "That is what the study has already."
    )
    if (left := study_cost.unfinished_runs(new)) and (seconds := study_cost.seconds(study, left)) is not None:
        study_cost.time(seconds)
    st.button(
        "Add them",
        key=f"extend-{study.id}",
        icon=":material/add:",
        disabled=not new,
        on_click=_add,
        args=(study, config),
    )


def popover(study: Study) -> str:
    """Return the key of the popover of `add_fields`, whose value is whether it is open."""
    return f"more-{study.id}"


def _add(study: Study, config: StudyConfig) -> None:
    with errors.show_errors():
        study_list.study_store().extend(study.owner, study.id, config, study.blocks)
        ensure_engine(settings())
        state.set_value(popover(study), False)


def _grid(key: str, n_blocks: int, rows: int | None, begin: dict[str, Any]) -> dict[str, Any]:
    """Draw the factors of a study and return them; seeds as their number."""
    state.init_widget(f"{key}.recipes", list(begin["recipes"]))
    recipes = st.multiselect(
        "Transfer strategies",
        list(RecipeName),
        format_func=lambda name: RECIPES[name].title,
        key=f"{key}.recipes",
        persist_state="session",
        placeholder="None: your settings, trained from the blocks below",
        help="each is explained on the Recipe page",
    )
    depths = list(range(0 if recipes else -1, n_blocks + 1))
    _multiselect(f"{key}.boundaries", begin["boundaries"], depths)
    boundaries = st.multiselect(
        "Train from which block up",
        depths,
        format_func=lambda boundary: _depth(boundary, n_blocks),
        key=f"{key}.boundaries",
        persist_state="session",
        placeholder="The depth of each strategy itself",
        help="every strategy is trained from each of these blocks up; what is below stays frozen",
    )
    fewer = {size for size in SIZES if rows is None or size < rows} | {
        size for size in begin["sizes"] if size
    }
    offered = [*sorted(fewer), ALL]
    _multiselect(f"{key}.sizes", [size or ALL for size in begin["sizes"]], offered)
    left, right = st.columns([3, 1])
    with left:
        sizes = st.multiselect(
            "Training rows",
            offered,
            format_func=lambda size: f"{size:,} rows" if size else "all rows",
            key=f"{key}.sizes",
            persist_state="session",
            help="train on nested subsets of these sizes; the test rows stay the same",
        )
    with right:
        repetitions = _repetitions(key, begin)
    return repetitions | {
        "recipes": tuple(recipes),
        "boundaries": tuple(boundaries),
        "sizes": tuple(size or None for size in sizes) or (None,),
    }


def _repetitions(key: str, begin: dict[str, Any]) -> dict[str, Any]:
    """Draw the number of seeds and of folds, and return them."""
    state.init_widget(f"{key}.seeds", begin["seeds"])
    seeds = st.number_input(
        "Seeds",
        1,
        50,
        begin["seeds"],
        key=f"{key}.seeds",
        persist_state="session",
        help="repetitions of each configuration: at least three are needed to estimate the variance",
    )
    state.init_widget(f"{key}.k_folds", begin.get("k_folds", 1))
    folds = st.number_input(
        "Folds",
        1,
        20,
        begin.get("k_folds", 1),
        key=f"{key}.k_folds",
        persist_state="session",
        disabled=key != "study",
        help="cross-validation: each configuration trains once for each fold and is tested on it, so "
        "that every row is tested on; each seed draws its own folds; 1: one test split",
    )
    return {"seeds": seeds, "k_folds": folds if folds > 1 else None}


def _multiselect(key: str, begin: Sequence[Any], offered: Sequence[Any]) -> None:
    state.init_widget(key, list(begin))
    state.set_value(key, [value for value in state.get_value(key) if value in offered])


def _depth(boundary: int, n_blocks: int) -> str:
    if boundary == n_blocks:
        return "head only"
    return "everything" if boundary < 0 else f"block {boundary}"


def _teacher(
    recipes: Sequence[RecipeName], data: DataConfig, key: str = "new", begin: str | None = None
) -> str | None:
    """Choose the teacher, if a recipe needs one."""
    if not any(RECIPES[name].teacher for name in recipes):
        return None
    return teachers.choose(data, f"study_teacher-{key}", begin=begin, lacking=NO_TEACHER)


def custom_caption(experiment: ExperimentConfig, own: Mapping[str, Any], *, recipes: bool) -> str:
    """Return a sentence on which settings come from the draft and which from the recipes."""
    if recipes:
        idle = "class_weights" if experiment.data.problem in NUMBERS else "regression_loss"
        common = [f"{part}.{name}" for part, names in UNCHANGED_SETTINGS.items() for name in names]
        if experiment.training.optimizer is not Optimizer.SGD:
            common.remove("training.momentum")
        common = [name for name in common if not name.endswith(idle)]
        return (
            f"Of your settings every run takes {_listed(experiment, common)}. All others, such as epochs, "
            "rates and augmentation, come from each strategy."
        )
    if not own:
        return "You have changed no setting, so every run takes what suits the blocks that train."
    return (
        f"Of your settings every run takes {_listed(experiment, own)}. What you have not changed is set "
        "to suit the blocks that train."
    )


def _listed(experiment: ExperimentConfig, names: Iterable[str]) -> str:
    """Return labels and values of settings as one list."""
    items = []
    for path in names:
        part, _, name = path.rpartition(".")
        value = getattr(getattr(experiment, part), name) if part else None
        called = config_fields.label(name, part) if part else METHOD_TITLES[name]
        text = (
            config_fields.choice_label(value)
            if isinstance(value, StrEnum)
            else ""
            if value is None
            else str(value)
        )
        items.append(f"{called[:1].lower()}{called[1:]}{f': {text}' if text else ''}")
    return ", ".join(items)
