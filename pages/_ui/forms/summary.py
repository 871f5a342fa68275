"""Summary of an experiment in sentences, and its settings as a table."""

from pages._ui.backbones import backbone_names
from pages._ui.forms import teachers
from pages._ui.forms.draft import Draft
from pages._ui.shell import st
from pages._ui.shell.formatting import count, epochs, plain
from translearn_core.config import ExperimentConfig, HeadKind, ProblemType, Way, flatten
from translearn_core.results import Diagnosis
from translearn_core.results.format import count_noun, join_list, percent
from translearn_core.runs import Dataset, State


def describe_experiment(dataset: Dataset, draft: Draft, diagnosis: Diagnosis) -> None:
    """Describe an experiment in a few sentences."""
    rows = diagnosis.rows
    altered = draft.augment.copies * rows["train"]
    copies = f" and {count(altered)} altered {'copy' if altered == 1 else 'copies'}" if altered else ""
    st.markdown(
        f"{plain(dataset.name)}: {_task(draft, diagnosis)}{_others(draft)}, with "
        f"{count(rows['train'])} training rows{copies}, "
        f"{count(rows['validation'])} validation, {count(rows['test'])} test rows."
    )
    if (transfer := transfer_sentence(draft)) is not None:
        st.markdown(transfer)
    st.markdown(_model(draft))
    if draft.stages:
        many = "one stage" if len(draft.stages) == 1 else f"{len(draft.stages)} stages"
        st.markdown(f"Before that **{many}** of gradual unfreezing: see the Recipe page.")
    if draft.self_training is not None:
        how = draft.self_training.method.label
        st.markdown(f"Rows without a label are learned from by **{how}**: see the Recipe page.")
    if draft.distil is not None:
        st.markdown(
            f"Distillation from the teacher **{plain(teachers.teacher_name(draft.distil.teacher))}**: its "
            f"predictions weigh {percent(draft.distil.weight)} in the loss, your labels the rest."
        )


def trained_before(state: State) -> str:
    """Return a sentence on what the button does for an experiment that was submitted before."""
    if state is State.DONE:
        return "Exactly this was trained before: the button brings you to that run, at no cost."
    if state.live:
        return "Exactly this is under way already: the button brings you to that run."
    return f"Exactly this was begun before and {state}: the button goes on from its last checkpoint."


def setting_title(path: str) -> str:
    """Return the title of a setting by its dotted name."""
    return path.replace(".", " ").replace("_", " ")


def settings_of(config: ExperimentConfig) -> dict[str, str]:
    """Return all settings of an experiment by name."""
    lines = {"backbone": backbone_names.backbone(config.backbone), "trains": config.method_name()}
    for number, stage in enumerate(config.stages, 1):
        until = f", or {stage.patience} without gain" if stage.patience else ""
        lines[f"stage {number}"] = f"{stage.freeze.label}, {epochs(stage.epochs)}{until}"
    settings = config.model_dump(mode="json", exclude={"stages": True, "freeze": True, "data": {"dataset"}})
    for path, value in flatten(settings):
        lines[setting_title(path.removeprefix("data."))] = "–" if value in (None, []) else str(value)
    if config.distil is not None:
        lines["distil teacher"] = teachers.teacher_name(config.distil.teacher)
    return lines


def _task(draft: Draft, diagnosis: Diagnosis) -> str:
    """Describe what is predicted."""
    columns = () if draft.data is None else draft.data.text_columns
    text = " with ".join(f"**{plain(name)}**" for name in columns)
    label, outputs = plain(draft.label), len(diagnosis.classes)
    match draft.problem:
        case ProblemType.REGRESSION:
            return f"Predict the number **{label}** from {text}"
        case ProblemType.MULTI_LABEL:
            return f"Give {text} any of **{outputs} labels** ({label})"
        case ProblemType.TOKENS:
            return f"Give each word of {text} one of **{outputs} tags** ({label})"
    return f"Classify {text} into **{outputs} classes** ({label})"


def transfer_sentence(config: Draft | ExperimentConfig) -> str | None:
    """Say which domains are learned from and tested on, the way, and the target's labels; None for all."""
    domains = config.domains if isinstance(config, Draft) else config.data.domains
    if domains is None or not domains.selects:
        return None
    source, target = (
        join_list([f"**{plain(name)}**" for name in names]) if names else "all domains"
        for names in (domains.source, domains.target)
    )
    sentence = f"It learns from {source} and is tested on {target} ({plain(domains.column)})"
    if not (domains.source and domains.target):
        return f"{sentence}."
    way = Way.of(domains, config.adaptation, self_training=config.self_training is not None)
    how = f" by the adaptation method **{way}**" if way is not None else ""
    if way is None and config.adaptation is not None:
        how = f", adapting by {config.adaptation.method.upper()}"
    return f"{sentence}{how}, with {_target_labels(domains.target_labels)} of the target."


def _target_labels(labels: int | None) -> str:
    if labels is None:
        return "**all labelled rows**"
    return f"**{count_noun(labels, 'labelled row')}**" if labels else "**no labelled row**"


def _others(draft: Draft) -> str:
    """Name the further targets."""
    columns = [] if draft.data is None else [target.column for target in draft.data.targets[1:]]
    return f" and predict {join_list([f'**{plain(column)}**' for column in columns])} too" if columns else ""


def _model(draft: Draft) -> str:
    """Return sentences on the model of a draft and how it is trained."""
    if draft.backbone.is_tfidf:
        return (
            "No backbone: **TF-IDF** counts words and word pairs, and logistic regression, its strength "
            f"chosen by cross-validation, classifies them. Seed {draft.training.seed}."
        )
    start = f"Start from **{plain(backbone_names.backbone(draft.backbone))}**"
    if draft.contrastive is not None:
        return (
            f"{start}; **pairs of labelled texts** train {plain(draft.freeze.label)}, each text drawn "
            f"{draft.contrastive.draws} times an epoch, then a linear head is fitted at once. "
            f"{epochs(draft.training.epochs)}, {draft.features.pooling} pooling, seed {draft.training.seed}."
        )
    if draft.head.kind is HeadKind.PROBE:
        return (
            f"{start}; a **linear probe** is fitted to its frozen output at once, its strength chosen by "
            f"cross-validation. {draft.features.pooling.capitalize()} pooling, seed {draft.training.seed}."
        )
    pairs = f"{draft.features.pair_encoding} pairs, " if draft.text_pair is not None else ""
    noun = draft.problem.text_noun if draft.problem is not None else "text"
    return (
        f"{start}; what trains is **{plain(_trains(draft))}**. {epochs(draft.training.epochs)}, "
        f"{draft.training.batch_size} {noun}s a step, {draft.features.pooling} pooling, "
        f"{pairs}{draft.head.kind} head, seed {draft.training.seed}."
    )


def _trains(draft: Draft) -> str:
    alone = not (draft.freeze.blocks or draft.freeze.embeddings)
    return draft.freeze.label if alone else f"{draft.freeze.label} and the head"
