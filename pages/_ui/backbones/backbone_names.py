"""Display names of backbones that were made here."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from pages._ui.shell import state
from translearn_core.config import ADAPTED, AlignVectorsConfig, BackboneConfig, WordVectorsConfig
from translearn_core.jobs import BACKBONE_JOBS, PretrainConfig

MADE_HERE = re.compile(re.escape(ADAPTED) + r"([0-9a-f]{20})")
SHORT = 6
"""Digits of an id shown where there is no name, or two names are equal."""


def name_lookup() -> Callable[[str], str]:
    """Return a function that replaces backbone ids in a text by names, looked up once on first use.

    The text is not escaped. A deleted backbone is shown by a short id.
    """
    names = cache(_names)

    def lookup(text: str) -> str:
        if ADAPTED not in text:
            return text
        return MADE_HERE.sub(lambda id: names().get(id[1], id[0][: len(ADAPTED) + SHORT]), text)

    return lookup


def backbone(config: BackboneConfig) -> str:
    """Return the display name of a backbone."""
    return name_lookup()(config.label)


def origin(config: PretrainConfig | WordVectorsConfig | AlignVectorsConfig) -> str:
    """Return what a backbone was made from; the text is not escaped."""
    if isinstance(config, WordVectorsConfig):
        return f"{config.objective} on column {config.text}"
    if isinstance(config, AlignVectorsConfig):
        return f"{backbone(config.second)} aligned with {backbone(config.first)}"
    return f"from {backbone(config.backbone)}"


def _names() -> dict[str, str]:
    """Return the names of the owner's own backbones by job id."""
    runs = [run for spec in BACKBONE_JOBS for run in state.store().runs(state.owner(), spec)]
    counts = Counter(run.name for run in runs)
    suffix = {run.job.id: f" ({run.job.id[:SHORT]})" for run in runs if counts[run.name] > 1}
    return {run.job.id: run.name + suffix.get(run.job.id, "") for run in runs}
