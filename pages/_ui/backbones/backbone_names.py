"""What backbones that were made here are called: by the name their owner gave, not by the id of a job."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

from pages._ui.shell import state
from translearn_core.config import ADAPTED, BackboneConfig, JobKind

MADE_HERE = re.compile(re.escape(ADAPTED) + r"([0-9a-f]{20})")
SHORT = 6
"""Digits of an id that are shown where there is no name, or two are called the same."""


def name_lookup() -> Callable[[str], str]:
    """Return a function that puts names for ids into a text; they are looked up once, when one is needed.

    The text is for people and not escaped. Of a backbone that is gone a short id is told.
    """
    names = cache(_names)

    def tell(text: str) -> str:
        if ADAPTED not in text:
            return text
        return MADE_HERE.sub(lambda id: names().get(id[1], id[0][: len(ADAPTED) + SHORT]), text)

    return tell


def backbone(config: BackboneConfig) -> str:
    """Return what a backbone is called, and how it differs from the one of that name."""
    return name_lookup()(config.label)


def _names() -> dict[str, str]:
    """Return the name of every backbone that the owner made here, by the job that did it."""
    mine = state.store().runs(state.owner(), JobKind.PRETRAIN)
    often = Counter(run.name for run in mine)
    apart = {run.job.id: f" ({run.job.id[:SHORT]})" for run in mine if often[run.name] > 1}
    return {run.job.id: run.name + apart.get(run.job.id, "") for run in mine}
