"""The draft as a new session finds it: as it was left, or of a newer run or data set."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from pages._ui.forms.draft import Draft, draft_of
from translearn_core.config import ADAPTED, BackboneConfig, ExperimentConfig, FreezePlan, TrainingConfig
from translearn_core.errors import NotFoundError, WorkspaceError
from translearn_core.runs import Dataset, ExperimentDrafts, RunStore, Studies

_DRAFTS = TypeAdapter(Draft)


def save(store: RunStore, owner: str, draft: Draft) -> None:
    """Store a draft; while the workspace cannot be written the session alone has it."""
    with suppress(WorkspaceError):
        ExperimentDrafts(store).save(owner, _DRAFTS.dump_json(draft).decode())


def restore(store: RunStore, owner: str, datasets: Sequence[Dataset]) -> Draft:
    """Return the stored draft, or that of a data set or run which is newer.

    A data set comes with the settings last used on it. Runs of studies were not set up by hand, so that they
    replace no draft.
    """
    trained = [run for run in store.runs(owner) if run.job.config.joint_run is None]
    newest = datasets[0] if datasets else None
    of_studies = Studies(store).find(owner)
    by_hand = [run for run in trained if run.job.id not in of_studies]
    stored, changed = _stored(store, owner)
    latest = max([changed, *(run.created for run in by_hand), *(one.created for one in datasets)])
    if stored is not None and changed == latest:
        return with_a_backbone(store, owner, stored)
    for run in sorted(trained, key=lambda run: run.job.id in of_studies):
        config = run.job.config
        if newest is None or run.created > newest.created or config.data.dataset == newest.digest:
            if run.job.id not in of_studies:
                return with_a_backbone(store, owner, draft_of(config))
            # the settings of a study run were not chosen by hand
            defaults = TrainingConfig.defaults_for(FreezePlan(), config.data.problem)
            return draft_of(ExperimentConfig(data=config.data, training=defaults))
    return Draft(dataset=newest.digest) if newest else Draft()


def _stored(store: RunStore, owner: str) -> tuple[Draft | None, float]:
    """Return the stored draft and the time of its last change; None if there is none that can be read."""
    row = ExperimentDrafts(store).load(owner)
    if row is None:
        return None, 0.0
    text, changed = row
    try:
        return _DRAFTS.validate_json(text), changed
    except ValidationError:  # of another version
        return None, 0.0


def with_a_backbone(store: RunStore, owner: str, draft: Draft) -> Draft:
    """Return a draft with the bundled backbone if its own was pretrained here and deleted."""
    id = draft.backbone.id
    if not id.startswith(ADAPTED):
        return draft
    try:
        store.run(owner, id.removeprefix(ADAPTED))
    except NotFoundError:
        return replace(draft, backbone=BackboneConfig())
    return draft
