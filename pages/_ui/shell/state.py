"""Session state: the draft of the next experiment and widget values. The only user of `st.session_state`.

Data sets, runs, results and the draft are in the store, where a new session finds them.
"""

from dataclasses import replace
from typing import Any

from pages._ui.forms.draft import PARTS, Draft, draft_of
from pages._ui.server.owner import COOKIE, owner_of, well_formed
from pages._ui.shell import navigation, st, stored_draft
from pages._ui.shell.completion import complete
from translearn_core.config import (
    BackboneConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    TrainingConfig,
)
from translearn_core.errors import NotFoundError
from translearn_core.jobs import PREDICT_FILE, READ, PredictFileConfig, ReadConfig
from translearn_core.results import BackboneInfo, TableProfile
from translearn_core.runs import Dataset, RunStore, open_store

FORMS = (
    "training", "features", "head", "tuning", "augment", "distil", "start", "stages", "lr_per_block",
    "contrastive", "self_training", "label_key",
)  # fmt: skip
"""Key prefixes of forms that show the draft."""
FOLLOWING = ("pooling", "token_limit")
"""Feature settings with a default for each backbone."""
_DRAFT = "draft"
_RUN = "last_run"
_AT, _CAME_FROM = "page", "last_page"


def owner() -> str:
    """Return the owner of this browser; end the page with an error if it keeps no cookie."""
    token = st.context.cookies.get(COOKIE)
    if not well_formed(token):
        st.error(
            "This browser keeps no cookie from here, so your work could not be found again: allow cookies "
            "and reload."
        )
        navigation.stop_page()
    return owner_of(token)


def store() -> RunStore:
    """Return the store shared by all sessions."""
    return open_store()


def draft() -> Draft:
    """Return this session's draft; at first as the store has it (see `stored_draft`)."""
    if _DRAFT not in st.session_state:
        st.session_state[_DRAFT] = stored_draft.restore(store(), owner(), datasets())
    current: Draft = st.session_state[_DRAFT]
    return current


def _keep(after: Draft) -> None:
    """Set the draft of this session, and store it for the owner's other ones if it changed."""
    if after != st.session_state.get(_DRAFT):
        st.session_state[_DRAFT] = after
        stored_draft.save(store(), owner(), after)


@complete
def change(**parts: Any) -> Draft:
    """Change parts of the draft and return it; default settings follow the freeze plan and problem type."""
    before = draft()
    after = replace(before, **parts)
    if after.default_training != before.default_training and "training" not in parts:
        rebased = before.training.rebase_defaults(before.default_training, after.default_training)
        after = replace(after, training=rebased)
        reset(*(f"training.{name}" for name in TrainingConfig.model_fields))
    requested, after = after, after.settled(before)
    if after.head != requested.head:
        reset("head")
    if after.training != requested.training:
        reset("training.epochs", "training.mixout")
    _keep(after)
    return after


@complete
def open_dataset(digest: str) -> None:
    """Open a data set: columns and cleaning rules are reset, model and settings stay."""
    kept = ("default_features", *(name for name in PARTS if name not in ("distil", "self_training")))
    settings = {name: getattr(draft(), name) for name in kept}
    _keep(Draft(dataset=digest, **settings))
    reset(
        "text_column", "label_column", "problem_type", "text_pair_column", "sentence_column", "one_hot",
        "more_targets", "split_column", "group_column", "time_column", "domain_column", "source_domains",
        "target_domains", "test_groups", "split_form", "self_training", "label_key",
    )  # fmt: skip


def open_version(digest: str) -> None:
    """Open another version of the draft's data set; columns and settings stay."""
    change(dataset=digest)


def open_settings(config: ExperimentConfig) -> None:
    """Set the draft to a config and reset the forms; a fold of a cross-validation becomes a plain split."""
    split = config.data.split.model_copy(update={"k_folds": None, "fold": 0})
    data = config.data.model_copy(update={"split": split})
    config = config.as_new_run().model_copy(update={"data": data})
    _keep(stored_draft.with_a_backbone(store(), owner(), draft_of(config)))
    reset(*FORMS)


def use_settings(config: ExperimentConfig) -> None:
    """Copy somebody's settings to the draft; its data stay, unless this owner has the same table.

    A teacher or pretrained backbone that this owner does not have is left out.
    """
    if config.distil is not None and not _has_run(config.distil.teacher):
        config = config.model_copy(update={"distil": None})
    if any(dataset.digest == config.data.dataset for dataset in datasets()):
        open_settings(config)
        return
    parts = {name: getattr(config.as_new_run(), name) for name in PARTS}
    after = replace(draft(), **parts, default_features=())
    _keep(stored_draft.with_a_backbone(store(), owner(), after.settled(after)))
    reset(*FORMS)


def _has_run(run: str) -> bool:
    try:
        store().run(owner(), run)
    except NotFoundError:
        return False
    return True


def replace_tfidf() -> None:
    """Replace TF-IDF in the draft by the bundled backbone, with default settings."""
    current = draft()
    settings = {
        name: getattr(current.training, name) for name in ("seed", "class_weights", "regression_loss")
    }
    training = replace(current, freeze=FreezePlan()).default_training.model_copy(update=settings)
    _keep(
        replace(
            current,
            backbone=BackboneConfig(),
            features=FeatureConfig(),
            head=HeadConfig(),
            training=training,
            default_features=(),
        )
    )
    reset(*FORMS)


def reset_backbone() -> None:
    """Replace a deleted backbone of the draft by the bundled one."""
    _keep(stored_draft.with_a_backbone(store(), owner(), draft()))


def accept(reading: TableProfile) -> Draft:
    """Set the suggested columns where none are chosen, or the chosen ones do not exist.

    A suggested label comes with its problem type: other pages than that of the data can be the first.
    """
    current, names = draft(), {column.name for column in reading.columns}
    suggestion = reading.suggestion
    parts: dict[str, Any] = {}
    if current.text not in names:
        parts["text"], parts["text_pair"] = suggestion.text, suggestion.text_pair
        parts["sentence"] = suggestion.sentence
    if current.label not in names:
        parts["label"] = label = suggestion.label
        parts["problem"] = None if label is None else reading.problem(label)
        parts["one_hot"] = suggestion.one_hot if label in suggestion.one_hot else ()
        reset("problem_type", "one_hot")
        parts["split"] = current.split.model_copy(update={"column": suggestion.split})
    return change(**parts) if parts else current


def choose_backbone(backbone: BackboneConfig, earlier: BackboneInfo | None) -> Draft:
    """Set the backbone, known or not; pooling and token limit follow it unless they were changed by hand.

    `earlier` describes the backbone that the draft had so far, None if not known.
    """
    current = draft()
    untouched = current.default_features
    if backbone.id != current.backbone.id:
        defaults = earlier.features if earlier else FeatureConfig()
        untouched = tuple(
            name
            for name in FOLLOWING
            if name in untouched or getattr(current.features, name) == getattr(defaults, name)
        )
    return change(backbone=backbone, default_features=untouched)


def fit_to(backbone_info: BackboneInfo) -> Draft:
    """Set the features that follow the backbone, and limit plan and features to what it supports."""
    current = draft()
    plan = current.freeze.model_copy(
        update={"blocks": tuple(b for b in current.freeze.blocks if b < backbone_info.n_blocks)}
    )
    follow = {name: getattr(backbone_info.features, name) for name in current.default_features}
    features = current.features.model_copy(update=follow)
    if follow:
        reset("features")
    if features.pooling not in backbone_info.poolings:
        features = features.model_copy(update={"pooling": backbone_info.pooling})
    if features.token_limit > backbone_info.token_limit:
        features = features.model_copy(update={"token_limit": backbone_info.token_limit})
    return change(freeze=plan, features=features, default_features=())


def dataset() -> Dataset | None:
    """Return the draft's data set; None if there is none or it was deleted."""
    chosen = draft().dataset
    if chosen is None:
        return None
    try:
        return store().dataset(owner(), chosen)
    except NotFoundError:
        change(dataset=None, text=None, label=None)
        return None


def datasets() -> list[Dataset]:
    """Return the owner's data sets for training, newest first, without files of texts only."""
    kinds = (READ, PREDICT_FILE)
    configs = [run.job.config for kind in kinds for run in store().runs(owner(), kind)]
    learned = {c.dataset for c in configs if isinstance(c, ReadConfig) and not c.texts_only}
    classified = {c.dataset for c in configs if isinstance(c, ReadConfig | PredictFileConfig)} - learned
    return [dataset for dataset in store().datasets(owner()) if dataset.digest not in classified]


def text_files() -> list[Dataset]:
    """Return the owner's files of texts only, newest first."""
    read = [run.job.config for run in store().runs(owner(), READ)]
    texts = {c.dataset for c in read if isinstance(c, ReadConfig) and c.texts_only}
    return [dataset for dataset in store().datasets(owner()) if dataset.digest in texts]


def last_run() -> str | None:
    """Return the id of the run viewed last in this session."""
    run: str | None = st.session_state.get(_RUN)
    return run


def remember_run(run: str | None) -> None:
    """Store the id of the run viewed in this session."""
    st.session_state[_RUN] = run


def init_widget(key: str, value: Any) -> None:
    """Set the first value of a widget, if it has none; it is kept across pages.

    Draw the widget with this value as its default too. Where the session's value does not reach the browser,
    the widget shows the default, which without one is the lowest value or the first choice, and the next
    click sends it as if it had been typed.
    """
    if key not in st.session_state or is_first_render():
        # to Streamlit the same key on another page is another widget: assigning keeps its value
        st.session_state[key] = st.session_state.get(key, value)


def begin_page(page: str) -> None:
    """Store the page that is about to be drawn."""
    st.session_state[_AT] = page


def end_page() -> None:
    """Store that the page was drawn to its end; from now on its widgets keep their values."""
    st.session_state[_CAME_FROM] = st.session_state[_AT]


def is_first_render() -> bool:
    """Whether this page was not drawn to its end since the session switched to it."""
    return bool(st.session_state.get(_CAME_FROM) != st.session_state.get(_AT))


def set_value(key: str, value: Any) -> None:
    """Set the value of a widget before it is drawn."""
    st.session_state[key] = value


def get_value(key: str, default: Any = None) -> Any:
    """Return a widget's value."""
    return st.session_state.get(key, default)


def reset(*keys: str) -> None:
    """Delete the values of widgets with these keys or prefixes."""
    for key in [
        k for k in st.session_state if any(str(k) == key or str(k).startswith(f"{key}.") for key in keys)
    ]:
        del st.session_state[key]


def uploader_key(key: str) -> str:
    """Return the key of an uploader; it changes with every `reset_uploader`, which empties the uploader."""
    return f"{key}-{st.session_state.get(f'turn.{key}', 0)}"


def reset_uploader(key: str) -> None:
    """Empty the uploader with `uploader_key(key)`."""
    st.session_state[f"turn.{key}"] = st.session_state.get(f"turn.{key}", 0) + 1
