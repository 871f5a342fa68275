"""Freeze map: clickable stack of blocks, presets, estimated cost."""

from collections.abc import Sequence

from pages._ui.runs import run_actions
from pages._ui.shell import jobs, language, page_header, st, state
from pages._ui.shell.formatting import count, plain, size
from translearn_core import plots
from translearn_core.config import ExperimentConfig, FreezePlan, job_id
from translearn_core.jobs import ProfileConfig
from translearn_core.results import BackboneInfo, CostEstimate, CostModel, Diagnosis, Workload
from translearn_core.results.format import approximate_duration

EMBEDDINGS = "embeddings"
PARTS, STACK, LAST = "plan_parts", "stack", "last_blocks"


def presets(backbone_info: BackboneInfo) -> dict[str, FreezePlan]:
    """Return the preset freeze plans of a backbone by name."""
    n = backbone_info.n_blocks
    return {
        "Head only": FreezePlan(),
        "Last 2 blocks": FreezePlan.last_n(min(2, n), n),
        "All but embeddings": FreezePlan.full(n, embeddings=False),
        "Everything": FreezePlan.full(n),
    }


def choose(backbone_info: BackboneInfo) -> FreezePlan:
    """Draw the stack and presets; return the freeze plan."""
    state.set_value(PARTS, parts_of(state.draft().freeze))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="presets"):
        for name, plan in presets(backbone_info).items():
            # a mark, not another type: a button of another type is a new one, without the keyboard's focus
            mark = ":material/check:" if plan == state.draft().freeze else None
            st.button(name, key=f"preset-{name}", icon=mark, on_click=_take, args=(plan,))
        _last(backbone_info.n_blocks)
    picture = plots.freeze_map(backbone_info, state.draft().freeze, page_header.dark())
    st.plotly_chart(
        picture,
        key=STACK,
        on_select=_click,
        selection_mode="points",
        theme=None,
        config={"displayModeBar": False},
        alt="The backbone from its embeddings at the bottom to the head on top; trainable parts are coloured",
    )
    st.pills(
        "Parts that train",
        [EMBEDDINGS, *(f"block {k}" for k in range(backbone_info.n_blocks))],
        format_func=language.word,
        selection_mode="multi",
        key=PARTS,
        on_change=_from_pills,
        help="The same choice as clicking the picture. The head on top is new and always trains.",
        wrap=True,
    )
    return state.draft().freeze


def cost(backbone_info: BackboneInfo, diagnosis: Diagnosis | None) -> None:
    """Show the cost of the draft: parameters, and time and memory once steps are profiled."""
    draft = state.draft()
    trains = backbone_info.trainable(draft.freeze, draft.tuning)
    boundary = draft.freeze.first_trainable_block(backbone_info.n_blocks)
    numbers, timing = st.container(), st.container()
    with timing:
        inputs = _calibration(diagnosis)
        estimate = None
        if inputs is not None:
            calibration, experiment, task = inputs
            estimate = calibration.estimate(backbone_info, experiment, task)
            if not estimate.fits:
                _too_large(estimate, calibration.lighter(backbone_info, experiment, task))
    with numbers, st.grid(2, min_column_width=140):
        total = f"of {backbone_info.parameters:,} in the backbone; the head adds a few"
        shown = count(trains) if trains else "head"
        st.metric("Trainable", language.word(shown), border=True, help=f"parameters that train, {total}")
        names = {backbone_info.n_blocks: "head", -1: EMBEDDINGS}
        lowest = language.word(names.get(boundary, f"block {boundary}"))
        st.metric("Boundary", lowest, border=True, help="boundary: the lowest part that trains")
        seconds = approximate_duration(estimate.seconds) if estimate else "–"
        st.metric(
            "Time, about",
            seconds,
            border=True,
            help="from start to end; less if the activation cache already holds the frozen outputs",
        )
        st.metric("Memory, about", size(estimate.memory_bytes) if estimate else "–", border=True)
    st.markdown(cost_note(boundary, backbone_info.n_blocks, staged=bool(draft.stages)))
    if not backbone_info.supports_partial_forward:
        st.caption(
            "This architecture does not support a partial forward pass, so every step runs all of it. "
            f"{backbone_info.unsupported_reason or ''}"
        )


def _too_large(estimate: CostEstimate, lighter: list[ExperimentConfig]) -> None:
    st.warning(
        f"This would take about {size(estimate.memory_bytes)} of memory, and a training may use "
        f"{size(estimate.limit_bytes)} here. "
        + ("These would fit:" if lighter else "Choose a smaller backbone or a lower token limit."),
        icon=":material/memory:",
    )
    with st.container(horizontal=True):
        for number, config in enumerate(lighter):
            fewer = config.training.batch_size < state.draft().training.batch_size
            name = f"Batch of {config.training.batch_size}" if fewer else f"Train {config.freeze.label}"
            st.button(name, key=f"lighter-{number}", on_click=_take_lighter, args=(config,))


def _take_lighter(config: ExperimentConfig) -> None:
    state.change(freeze=config.freeze, stages=config.stages, tuning=config.tuning)
    training = state.draft().training.model_copy(update={"batch_size": config.training.batch_size})
    state.change(training=training)
    state.reset("training.batch_size")


def cost_note(boundary: int, n_blocks: int, *, staged: bool = False) -> str:
    """Return a sentence on the cost of a plan; `staged`: earlier stages train less of it."""
    if staged and boundary < n_blocks:
        return (
            "**The cost of a stage depends on the lowest part that trains.** The output of the frozen blocks "
            "is computed once and kept in the activation cache, so the first stages are quick; the last one "
            "costs most."
        )
    if boundary == n_blocks:
        return (
            "**Only the head trains.** Every text passes the frozen backbone once, and its output is kept in "
            "the activation cache: epochs and later runs take moments."
        )
    if boundary <= 0:
        where = "The embeddings train" if boundary < 0 else "Block 0 trains"
        return (
            f"**{where}, so nothing is saved.** Every text passes the whole backbone in every epoch, "
            "forwards and backwards."
        )
    below = "block 0" if boundary == 1 else f"blocks 0–{boundary - 1}"
    return (
        f"**The cost depends on the lowest part that trains, block {boundary}.** The output of what is "
        f"frozen below ({below} and the embeddings) is computed once and kept in the activation cache, for "
        "later runs too; freezing more blocks *above* it would hardly save anything."
    )


def parts_of(plan: FreezePlan) -> list[str]:
    """Return the names of the trainable parts of a plan."""
    return [EMBEDDINGS] * plan.embeddings + [f"block {k}" for k in plan.blocks]


def plan_of(parts: Sequence[str]) -> FreezePlan:
    """Return the freeze plan that trains these parts."""
    return FreezePlan(
        embeddings=EMBEDDINGS in parts, blocks=tuple(int(p.split()[1]) for p in parts if p != EMBEDDINGS)
    )


def _calibration(diagnosis: Diagnosis | None) -> tuple[CostModel, ExperimentConfig, Workload] | None:
    calibration, experiment = measured_cost_model(state.draft()), state.draft().experiment
    if calibration is None or diagnosis is None or experiment is None:
        return None
    return calibration, experiment, Workload.of(diagnosis, experiment.data)


def measured_cost_model(draft: state.Draft) -> CostModel | None:
    """Return the cost model of the draft's backbone on this machine.

    None while it is measured, and if that failed: then a caption says that the time alone is not known.
    """
    return measured(ProfileConfig.of(draft))


def measured(config: ProfileConfig) -> CostModel | None:
    """Return the cost model that a timing gives; see `measured_cost_model`."""
    if not jobs.failed(config):
        return run_actions.result_or_stop(config, f"stop-{job_id(config)}")
    run = jobs.find_run(config)
    assert run is not None
    reason = run.job.reason or "the measurement was stopped."
    st.caption(plain(f"Its time cannot be estimated: {reason} You can start all the same."))
    jobs.offer_again(config, run)
    return None


def cached_cost_model(experiment: state.Draft | ExperimentConfig) -> CostModel | None:
    """Return the cost model if it was measured before; submits no job."""
    return jobs.known(ProfileConfig.of(experiment))


def _last(n_blocks: int) -> None:
    plan = state.draft().freeze
    state.set_value(LAST, len(plan.blocks) if plan == FreezePlan.last_n(len(plan.blocks), n_blocks) else None)
    st.number_input(
        "Train the last … blocks",
        0,
        n_blocks,
        key=LAST,
        on_change=_take_last,
        args=(n_blocks,),
        placeholder="other",
        width=220,
        help=f"0: the head only; {n_blocks}: every block, and not the embeddings",
    )


def _take_last(n_blocks: int) -> None:
    if (k := state.get_value(LAST)) is not None:
        _take(FreezePlan.last_n(k, n_blocks))


def _take(plan: FreezePlan) -> None:
    state.change(freeze=plan)


def _from_pills() -> None:
    state.change(freeze=plan_of(state.get_value(PARTS)))


def _click() -> None:
    for point in state.get_value(STACK)["selection"]["points"]:
        name = str((point.get("customdata") or [""])[0])
        parts = set(parts_of(state.draft().freeze))
        if name == EMBEDDINGS or name.startswith("block "):
            state.change(freeze=plan_of(sorted(parts ^ {name})))
