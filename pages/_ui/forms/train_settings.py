"""Form of the training settings; it has those that count for the draft's head."""

from pages._ui.forms import config_fields
from pages._ui.forms.draft import Draft
from pages._ui.shell import st, state
from translearn_core.config import HeadKind, Optimizer, TaskOrder, TaskWeighting, TrainingConfig
from translearn_core.config.training import RATES
from translearn_core.jobs.spec import NUMBERS
from translearn_core.results import BackboneInfo

STEPS = ("epochs", "lr", "head_lr", "batch_size", "class_weights", "seed")
NUMBER_STEPS = tuple("regression_loss" if name == "class_weights" else name for name in STEPS)
AT_ONCE = ("class_weights", "seed")
LOOP = ("optimizer", "patience", "schedule", "warmup_ratio", "weight_decay", "max_grad_norm")
SGD = ("momentum",)
COMPUTE = ("precision", "device")
HEAD: dict[HeadKind, tuple[str, ...]] = {
    HeadKind.PROBE: ("kind",),
    HeadKind.LINEAR: ("kind", "dropout"),
    HeadKind.MLP: ("kind", "dropout", "width", "activation"),
}


def edit(draft: Draft, backbone_info: BackboneInfo) -> Draft:
    """Draw the form, and return the draft with its settings."""
    at_once = draft.head.kind is HeadKind.PROBE and draft.contrastive is None
    steps = NUMBER_STEPS if draft.data is not None and draft.data.problem in NUMBERS else STEPS
    with st.grid(3, min_column_width=150):
        training = config_fields.edit(draft.training, AT_ONCE if at_once else steps, "training")
    if draft.predicts_more:
        training = _targets(draft, training)
    if draft.backbone.is_tfidf:
        return state.change(training=training)
    with st.expander("More settings", icon=":material/tune:"):
        st.markdown("**From text to vector**")
        with st.grid(3, min_column_width=150):
            features = config_fields.edit(
                draft.features,
                ("pooling", "token_limit"),
                "features",
                choices={"pooling": backbone_info.poolings},
            )
        st.markdown("**Head**")
        with st.grid(3, min_column_width=150):
            choices = {"kind": draft.head_kinds}
            head = config_fields.edit(draft.head, HEAD[draft.head.kind], "head", choices=choices)
        st.markdown("**Training loop**")
        with st.grid(3, min_column_width=150):
            loop = LOOP if draft.contrastive is None else tuple(name for name in LOOP if name != "patience")
            shown = () if at_once else loop + SGD * (training.optimizer is Optimizer.SGD)
            edited = config_fields.edit(training, shown + COMPUTE, "training")
    if edited.optimizer is not training.optimizer:
        return _with_optimizer(training, edited.optimizer)
    training = edited
    changed = (head.kind, features.token_limit) != (draft.head.kind, draft.features.token_limit)
    after = state.change(training=training, features=features, head=head)
    if changed:
        st.rerun()
    return after


def _targets(draft: Draft, training: TrainingConfig) -> TrainingConfig:
    """Draw the settings of several targets: order, and the weights of their losses."""
    assert draft.data is not None
    st.markdown("**Several targets**")
    with st.grid(3, min_column_width=150):
        training = config_fields.edit(training, ("task_order", "task_weighting"), "training")
    if training.task_order is TaskOrder.SEQUENTIAL or training.task_weighting is TaskWeighting.UNCERTAINTY:
        return training
    targets = []
    with st.grid(3, min_column_width=150):
        for target in draft.data.targets:
            key = f"training.loss_weight.{target.column}"
            state.init_widget(key, target.loss_weight)
            weight = st.number_input(
                f"Weight of {target.column}",
                0.01, 1000.0, target.loss_weight, key=key,
                help="of its loss in the sum over the targets",
            )  # fmt: skip
            targets.append(target.model_copy(update={"loss_weight": weight}))
    state.change(loss_weight=targets[0].loss_weight, more_targets=tuple(targets[1:]))
    return training


def _with_optimizer(training: TrainingConfig, optimizer: Optimizer) -> Draft:
    """Take another optimizer with rates that suit it, and run the page again."""
    state.change(training=training.with_optimizer(optimizer))
    state.reset(*(f"training.{name}" for name in RATES), "lr_per_block")
    st.rerun()
