"""What a visit holds: one typed draft of the next experiment. The only user of `st.session_state`.

Nothing that matters lives here: data sets, runs and results are in the store, and a fresh visit restores its
draft from them.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from pages._ui.forms.draft import Draft, draft_of
from pages._ui.shell import stop
from pages._ui.shell.owner import COOKIE, owner_of, well_formed
from translearn_core.config import (
    ADAPTED,
    BackboneConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    JobKind,
    PredictFileConfig,
    ReadConfig,
    TrainingConfig,
)
from translearn_core.errors import NotFoundError
from translearn_core.results import BackboneInfo, TableProfile
from translearn_core.runs import Dataset, RunStore, Studies, open_store

FORMS = ("training", "features", "head", "tuning", "augment", "distil", "start", "stages", "rates")
"""Forms that show the draft."""
FOLLOWING = ("pooling", "token_limit")
"""What of the features a backbone has a suggestion for."""
_DRAFT = "draft"
_RUN = "last_run"
_AT, _CAME_FROM = "page", "last_page"


def owner() -> str:
    """Return the owner of this browser; a browser that keeps no cookie gets a sentence and no page."""
    token = st.context.cookies.get(COOKIE)
    if not well_formed(token):
        st.error(
            "This browser keeps no cookie from here, so your work could not be found again: allow cookies "
            "and reload."
        )
        stop.stop_page()
    return owner_of(token)


def store() -> RunStore:
    """Return the store, the same one for all visits."""
    return open_store()


def draft() -> Draft:
    """Return this visit's draft; the first time, what was trained or brought last.

    A data set comes with the settings last used on it.
    """
    if _DRAFT not in st.session_state:
        st.session_state[_DRAFT] = _restored()
    found: Draft = st.session_state[_DRAFT]
    return found


def change(**parts: Any) -> Draft:
    """Change parts of the draft and return it; settings nobody has touched follow the freeze plan."""
    before = draft()
    after = replace(before, **parts)
    if after.plan != before.plan and "training" not in parts:
        after = replace(after, training=before.training.rebase_defaults(before.plan, after.plan))
        reset(*(f"training.{name}" for name in TrainingConfig.model_fields))
    after = after.settled(before)
    st.session_state[_DRAFT] = after
    return after


def open_dataset(digest: str) -> None:
    """Turn to a data set: its columns and decisions start afresh, model and settings stay."""
    earlier = draft()
    st.session_state[_DRAFT] = Draft(
        dataset=digest,
        backbone=earlier.backbone,
        plan=earlier.plan,
        features=earlier.features,
        head=earlier.head,
        training=earlier.training,
        stages=earlier.stages,
        tuning=earlier.tuning,
        augment=earlier.augment,
    )
    reset("text_column", "label_column", "split_column", "group_column", "split_form")


def open_settings(config: ExperimentConfig) -> None:
    """Take over all settings of a run, or of a recipe; forms show them when they are drawn next."""
    st.session_state[_DRAFT] = _with_a_backbone(draft_of(config))
    reset(*FORMS)


def reset_backbone() -> None:
    """Turn from a backbone that was deleted to the bundled one."""
    st.session_state[_DRAFT] = _with_a_backbone(draft())


def accept(reading: TableProfile) -> Draft:
    """Fill in the suggested columns where none are chosen yet, or where the chosen ones are gone."""
    now, names = draft(), {column.name for column in reading.columns}
    suggestion = reading.suggestion
    parts: dict[str, Any] = {}
    if now.text not in names:
        parts["text"] = suggestion.text
    if now.label not in names:
        parts["label"] = suggestion.label
        parts["split"] = now.split.model_copy(update={"column": suggestion.split})
    return change(**parts) if parts else now


def take_backbone(backbone: BackboneConfig, anatomy: BackboneInfo, earlier: BackboneInfo | None) -> Draft:
    """Turn to a backbone; pooling and token limit follow it, but for those that a person has changed.

    `earlier` is the anatomy of the backbone that the draft had so far, None where it was never looked into.
    """
    now = draft()
    if backbone.id != now.backbone.id:
        usual = earlier.features if earlier else FeatureConfig()
        untouched = [name for name in FOLLOWING if getattr(now.features, name) == getattr(usual, name)]
        parts = {name: getattr(anatomy.features, name) for name in untouched}
        change(features=now.features.model_copy(update=parts))
        reset("features")
    change(backbone=backbone)
    return fit_to(anatomy)


def fit_to(anatomy: BackboneInfo) -> Draft:
    """Make plan and pooling ones that the backbone has."""
    now = draft()
    plan = now.plan.model_copy(update={"blocks": tuple(b for b in now.plan.blocks if b < anatomy.n_blocks)})
    features = now.features
    if features.pooling not in anatomy.poolings:
        features = features.model_copy(update={"pooling": anatomy.pooling})
    if features.token_limit > anatomy.token_limit:
        features = features.model_copy(update={"token_limit": anatomy.token_limit})
    return change(plan=plan, features=features)


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
    """Return the owner's data sets to learn from, newest first: none that was brought for its texts alone."""
    kinds = (JobKind.READ, JobKind.PREDICT_FILE)
    asked = [run.job.config for kind in kinds for run in store().runs(owner(), kind)]
    learned = {c.dataset for c in asked if isinstance(c, ReadConfig) and not c.texts_only}
    classified = {c.dataset for c in asked if isinstance(c, ReadConfig | PredictFileConfig)} - learned
    return [dataset for dataset in store().datasets(owner()) if dataset.digest not in classified]


def text_files() -> list[Dataset]:
    """Return the owner's files that were brought for their texts alone, newest first; no label is needed."""
    read = [run.job.config for run in store().runs(owner(), JobKind.READ)]
    texts = {c.dataset for c in read if isinstance(c, ReadConfig) and c.texts_only}
    return [dataset for dataset in store().datasets(owner()) if dataset.digest in texts]


def last_run() -> str | None:
    """Return the run this visit looked at last."""
    found: str | None = st.session_state.get(_RUN)
    return found


def remember_run(run: str | None) -> None:
    """Note the run this visit looks at."""
    st.session_state[_RUN] = run


def init_widget(key: str, value: Any) -> None:
    """Give a widget its first value, where it has none yet; on another page it keeps the one it had."""
    if key not in st.session_state or is_first_render():
        # the same key on the page before is another widget to Streamlit: written down, its value stays
        st.session_state[key] = st.session_state.get(key, value)


def begin_page(page: str) -> None:
    """Note the page that is about to be drawn."""
    st.session_state[_AT] = page


def end_page() -> None:
    """Note that the page was drawn to its end: from now on its widgets hold their values themselves."""
    st.session_state[_CAME_FROM] = st.session_state[_AT]


def is_first_render() -> bool:
    """Whether this page was not drawn to its end since the visit turned to it."""
    return bool(st.session_state.get(_CAME_FROM) != st.session_state.get(_AT))


def set_value(key: str, value: Any) -> None:
    """Give a widget a value, before it is drawn in this run."""
    st.session_state[key] = value


def get_value(key: str, default: Any = None) -> Any:
    """Return a widget's value."""
    return st.session_state.get(key, default)


def reset(*keys: str) -> None:
    """Let widgets start afresh."""
    for key in [
        k for k in st.session_state if any(str(k) == key or str(k).startswith(f"{key}.") for key in keys)
    ]:
        del st.session_state[key]


def uploader_key(key: str) -> str:
    """Return an uploader's key, which changes with every `reset_uploader`: nothing else empties it."""
    return f"{key}-{st.session_state.get(f'turn.{key}', 0)}"


def reset_uploader(key: str) -> None:
    """Start afresh with the widget that has `turn(key)`; lets go of what it holds."""
    st.session_state[f"turn.{key}"] = st.session_state.get(f"turn.{key}", 0) + 1


def _restored() -> Draft:
    mine, trained = datasets(), store().runs(owner())
    newest = mine[0] if mine else None
    of_studies = Studies(store()).find(owner())
    for run in sorted(trained, key=lambda run: run.job.id in of_studies):
        config = run.job.config
        assert isinstance(config, ExperimentConfig)
        if newest is None or run.created > newest.created or config.data.dataset == newest.digest:
            if run.job.id not in of_studies:
                return _with_a_backbone(draft_of(config))
            suited = TrainingConfig.defaults_for(FreezePlan())  # what a study tried last is nobody's choice
            return draft_of(ExperimentConfig(data=config.data, training=suited))
    return Draft(dataset=newest.digest) if newest else Draft()


def _with_a_backbone(wanted: Draft) -> Draft:
    """Return a draft with the bundled backbone where its own was made here and has been deleted."""
    id = wanted.backbone.id
    if not id.startswith(ADAPTED):
        return wanted
    try:
        store().run(owner(), id.removeprefix(ADAPTED))
    except NotFoundError:
        return replace(wanted, backbone=BackboneConfig())
    return wanted
