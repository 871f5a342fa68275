"""Recipe cards, and forms for stages, tuning, learning rates and augmentation."""

from collections.abc import Sequence

from pages._ui.forms import augmentation, config_fields, contrastive, freeze_map, self_training, teachers
from pages._ui.shell import documentation_links, st, state
from pages._ui.shell.formatting import epochs, plain
from translearn_core.config import (
    RECIPES,
    ExperimentConfig,
    Family,
    FreezePlan,
    HeadKind,
    LayerCombination,
    Recipe,
    RecipeName,
    Stage,
    Tuning,
    match_recipe,
)
from translearn_core.config.lr_schedule import discriminative_rates
from translearn_core.errors import ConfigError
from translearn_core.results import BackboneInfo

ADDED = {Tuning.LORA: ("rank", "alpha", "dropout"), Tuning.ADAPTERS: ("bottleneck",)}
"""Settings of the kinds of tuning that add parameters."""

ONE_TARGET = "Not for these several targets: it trains one, or in stages of its own."
ONE_CLASS = "Not for this target: it needs one class a text, for two texts are alike or they are not."


def title(name: RecipeName | None) -> str:
    """Return the title of a recipe, "your own" for custom settings."""
    return RECIPES[name].title if name else "your own"


def choose_family(experiment: ExperimentConfig, n_blocks: int) -> tuple[Family, RecipeName | None]:
    """Choose the family of recipes; also return the recipe that the experiment matches exactly, or None."""
    matched = match_recipe(experiment, n_blocks)
    state.init_widget("family", RECIPES[matched].family if matched else Family.FROZEN)
    family = st.segmented_control(
        "Kind", list(Family), key="family", required=True, label_visibility="collapsed"
    )
    return family, matched


def cards(experiment: ExperimentConfig, n_blocks: int, family: Family, matched: RecipeName | None) -> None:
    """Draw a card for every recipe of a family; `matched` is the chosen one."""
    for recipe in RECIPES.values():
        if recipe.family is family:
            _card(recipe, recipe.name is matched, experiment, n_blocks)


def _card(recipe: Recipe, taken: bool, experiment: ExperimentConfig, n_blocks: int) -> None:
    with st.container(border=True, key=f"recipe-{recipe.name}"):
        st.markdown(f"**{recipe.title}**", help=plain(recipe.source))
        st.markdown(recipe.summary)
        st.caption(f":material/lightbulb: {recipe.use_when}  \n:material/timer: {recipe.cost}")
        documentation_links.more_about("recipes", recipe.name)
        fits = recipe.fits(experiment, n_blocks)
        teacher = _teacher(experiment) if recipe.teacher and fits else None
        if not fits:
            st.caption(ONE_TARGET if experiment.data.several_targets else ONE_CLASS)
        st.button(
            "Chosen" if taken else "Use this",
            key=f"use-{recipe.name}",
            icon=":material/check:" if taken else None,
            disabled=not fits or (recipe.teacher and teacher is None),
            on_click=_take,
            args=(recipe, experiment, n_blocks, teacher),
        )


def _take(recipe: Recipe, experiment: ExperimentConfig, n_blocks: int, teacher: str | None) -> None:
    applied = recipe.apply(experiment, n_blocks, teacher=teacher)
    if applied.trains_backbone is not experiment.trains_backbone:
        applied = applied.with_default_encoding()
    state.open_settings(applied)


def _teacher(experiment: ExperimentConfig) -> str | None:
    current = experiment.distil.teacher if experiment.distil else None
    lacking = "Distillation needs a teacher: first train a run on this table."
    return teachers.choose(experiment.data, "teacher", begin=current, lacking=lacking)


def details(backbone_info: BackboneInfo, unlabelled: int = 0) -> None:
    """Draw the forms for the settings of the recipe; `unlabelled` texts can be learned from."""
    draft = state.draft()
    if draft.data is not None and draft.data.text_pair is not None and not draft.backbone.is_tfidf:
        with st.expander("Pairs: how two texts become one vector", icon=":material/compare_arrows:"):
            _pairs()
    if draft.contrastive is not None:
        with st.expander("Contrastive: the pairs of texts and their loss", icon=":material/compare:"):
            contrastive.edit()
    frozen = not (draft.freeze.blocks or draft.freeze.embeddings)
    if frozen:
        with st.expander("Features: what the head reads", icon=":material/stacks:"):
            _features(backbone_info)
    else:
        if draft.contrastive is None:
            with st.expander(
                "Stages: what trains before the rest (gradual unfreezing)", icon=":material/stairs:"
            ):
                _stages()
        with st.expander("Which tensors change (LoRA, adapters, BitFit)", icon=":material/tune:"):
            _tuning()
        with st.expander("Learning rates, block by block (discriminative)", icon=":material/speed:"):
            _rates(backbone_info)
        with st.expander(
            "Regularization: L2-SP, mixout, dropout, re-initialised blocks", icon=":material/anchor:"
        ):
            _start(backbone_info)
    if unlabelled or draft.self_training is not None:
        self_training.section(unlabelled)
    if draft.distil is not None:
        with st.expander("Distillation: temperature and weight", icon=":material/school:"), st.grid(3):
            state.change(distil=config_fields.edit(draft.distil, ("temperature", "weight"), "distil"))
            st.button("Learn without a teacher", key="no_teacher", on_click=_remove_teacher)
    with st.expander("Data augmentation: altered copies of the training texts", icon=":material/shuffle:"):
        augment = augmentation.panel(state.draft())
        if augment != state.draft().augment:
            state.change(augment=augment)
            st.rerun()


def _remove_teacher() -> None:
    state.change(distil=None)


def _features(backbone_info: BackboneInfo) -> None:
    draft = state.draft()
    with st.grid(3, min_column_width=150):
        state.init_widget("features.layer_combination", draft.features.layer_combination)
        layers = st.selectbox(
            config_fields.LABELS["layer_combination"],
            list(LayerCombination),
            list(LayerCombination).index(draft.features.layer_combination),
            key="features.layer_combination",
            format_func=config_fields.choice_label,
            help=config_fields.HINTS["layer_combination"],
        )
        layer = None
        if layers is LayerCombination.ONE:
            preset = backbone_info.n_blocks if draft.features.layer is None else draft.features.layer
            state.init_widget("features.layer", preset)
            layer = st.number_input(
                config_fields.LABELS["layer"], 0, backbone_info.n_blocks, preset, key="features.layer",
                help="0: the embeddings; k: the output of block k-1",
            )  # fmt: skip
        features = config_fields.edit(
            draft.features.model_copy(update={"layer_combination": layers, "layer": layer}),
            ("pooling",),
            "features",
            choices={"pooling": backbone_info.poolings},
        )
        shown = ("kind", "width") if draft.head.kind is HeadKind.MLP else ("kind",)
        head = config_fields.edit(draft.head, shown, "head", choices={"kind": draft.head_kinds})
    if (features, head) != (draft.features, draft.head):
        state.change(features=features, head=head)
        st.rerun()


def _pairs() -> None:
    draft = state.draft()
    st.markdown(
        "*Joint*: the backbone reads both texts in one sequence and compares their words in every block. "
        "*Siamese*: it reads each text alone, and the head gets u, v, |u − v| and u · v; a text that occurs "
        "in many pairs is read once, and a frozen backbone trains in seconds."
    )
    features = config_fields.edit(draft.features, ("pair_encoding",), "features")
    if features != draft.features:
        state.change(features=features)
        st.rerun()


def _stages() -> None:
    draft = state.draft()
    st.markdown(
        "A stage trains a part of the plan before the whole plan trains. The output of what stays frozen in "
        "a stage is computed once and kept in the activation cache."
    )
    allowed = freeze_map.parts_of(draft.freeze)
    stages: list[Stage] = []
    for number, stage in enumerate(draft.stages):
        with st.container(border=True), st.container(horizontal=True, vertical_alignment="bottom"):
            stages.append(_stage(number, stage, allowed))
    if tuple(stages) != draft.stages:
        state.change(stages=tuple(stages))
        st.rerun()
    with st.container(horizontal=True):
        st.button("Add a stage", key="add_stage", icon=":material/add:", on_click=_add)
        if stages:
            st.button("Remove the last one", key="drop_stage", icon=":material/remove:", on_click=_drop)
    st.caption(
        f"Then the plan: {plain(draft.freeze.label)}, {epochs(draft.training.epochs)} (set on the Train "
        "page); what it may train is set on the Backbone page."
    )


def _stage(number: int, stage: Stage, allowed: Sequence[str]) -> Stage:
    key = f"stages.{number}"
    state.init_widget(f"{key}.parts", [part for part in freeze_map.parts_of(stage.freeze) if part in allowed])
    parts = st.pills(
        f"Stage {number + 1} trains the head and", allowed, selection_mode="multi", key=f"{key}.parts"
    )
    plan = freeze_map.plan_of(parts)
    return config_fields.edit(stage, ("epochs", "patience"), key).model_copy(update={"freeze": plan})


def _add() -> None:
    state.change(stages=(*state.draft().stages, Stage(freeze=FreezePlan())))


def _drop() -> None:
    stages = state.draft().stages
    state.change(stages=stages[:-1])
    state.reset(f"stages.{len(stages) - 1}")


def _tuning() -> None:
    draft = state.draft()
    kinds = [kind for kind in Tuning if not (kind.adds_parameters and draft.freeze.embeddings)]
    fields = ("kind", *ADDED.get(draft.tuning.kind, ()))
    with st.grid(4, min_column_width=150):
        tuning = config_fields.edit(draft.tuning, fields, "tuning", choices={"kind": kinds})
    if tuning != draft.tuning:
        if tuning.kind is not Tuning.ALL and not draft.freeze.blocks:
            raise ConfigError("freeze", "no block", f"at least one block to train with {tuning.kind}")
        state.change(tuning=tuning)
        st.rerun()


def _rates(backbone_info: BackboneInfo) -> None:
    draft, n = state.draft(), backbone_info.n_blocks
    training = draft.training
    with st.grid(4, min_column_width=150):
        own = st.toggle(
            config_fields.LABELS["lr_per_block"], value=bool(training.lr_per_block), key="lr_per_block.given"
        )
        if not own:
            training = config_fields.edit(training, ("lr", "layer_decay"), "training").model_copy(
                update={"lr_per_block": ()}
            )
        else:
            peaks = discriminative_rates(training, n)
            for k in range(n):
                state.init_widget(f"lr_per_block.{k}", peaks[f"block {k}"])
            values = [
                st.number_input(
                    f"Block {k}",
                    0.0,
                    1.0,
                    peaks[f"block {k}"],
                    key=f"lr_per_block.{k}",
                    format="%g",
                    step=1e-5,
                )
                for k in range(n)
            ]
            training = config_fields.with_values(training, "training", lr_per_block=tuple(values))
    if training != draft.training:
        state.change(training=training)
        st.rerun()


def _start(backbone_info: BackboneInfo) -> None:
    draft = state.draft()
    top = 0
    while backbone_info.n_blocks - 1 - top in draft.freeze.blocks:
        top += 1
    with st.grid(3, min_column_width=180):
        mixout = ("mixout",) * (draft.tuning.kind is Tuning.ALL)
        training = config_fields.edit(draft.training, ("l2_sp", *mixout, "dropout"), "training")
        preset = min(draft.backbone.reinit_top_layers, top)
        state.init_widget("start.reinit_top_layers", preset)
        fresh = st.number_input(
            config_fields.LABELS["reinit_top_layers"], 0, top, preset, key="start.reinit_top_layers",
            help="so many blocks at the top start from random weights (arXiv:2006.05987)",
            disabled=draft.backbone.random_init,
        )  # fmt: skip
    backbone = config_fields.with_values(draft.backbone, "start", reinit_top_layers=fresh)
    if (training, backbone) != (draft.training, draft.backbone):
        state.change(training=training, backbone=backbone)
        st.rerun()
