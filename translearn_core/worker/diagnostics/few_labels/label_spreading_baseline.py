"""Label-spreading baseline: labels of training rows spread over rows without one, in a backbone's vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from translearn_core.analysis.neighbours.label_spreading import SpreadLabels, best_label_spreading
from translearn_core.config import Cell, ExperimentConfig, ProblemType
from translearn_core.errors import TranslearnError
from translearn_core.results.format import count_noun
from translearn_core.tasks import Target
from translearn_core.tasks.problem import IntArray
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.features import backbone_features, pretrained_twin

MAX_UNLABELLED, MAX_TRAIN = 4_000, 4_000
"""Most rows without a label, and most training rows, in the graph."""


@dataclass(frozen=True, eq=False)
class SpreadingBaseline:
    """Label spreading, and the number of texts without a label that it read."""

    spread: SpreadLabels
    unlabelled: int

    def note(self, validation: int) -> str:
        """Say what was read and chosen."""
        spread = self.spread
        where = "the embeddings" if spread.layer == 0 else f"layer {spread.layer}"
        return (
            f"Label spreading read {count_noun(self.unlabelled, 'text')} without a label beside the training "
            f"rows; {where}, {spread.neighbours} neighbours and alpha {spread.alpha:g} were chosen on "
            f"{count_noun(validation, 'validation row')}."
        )


def unlabelled_texts_of(context: Context, experiment: ExperimentConfig) -> tuple[Cell, ...]:
    """Return the texts without a label of a run's data, at most `MAX_UNLABELLED` drawn at random.

    None if the table is no longer here.
    """
    if experiment.data.several_targets or experiment.data.problem is not ProblemType.SINGLE_LABEL:
        return ()
    try:
        texts = load_prepared(context.store.workspace, experiment.data).unlabelled
    except TranslearnError:
        return ()
    if len(texts) <= MAX_UNLABELLED:
        return texts
    drawn = np.sort(np.random.default_rng(0).choice(len(texts), MAX_UNLABELLED, replace=False))
    return tuple(texts[i] for i in drawn)


def spreading_baseline(
    context: Context,
    experiment: ExperimentConfig,
    texts: Sequence[Cell],
    target: Target,
    splits: tuple[IntArray, IntArray, IntArray],
) -> SpreadingBaseline | None:
    """Spread labels over the rows without one; None if there are none, or nothing to choose on.

    `splits` are the indices of training, validation and test rows of `texts`.
    """
    train, validation, test = splits
    if not len(validation) or not (extra := unlabelled_texts_of(context, experiment)):
        return None
    if len(train) > MAX_TRAIN:
        train = np.sort(np.random.default_rng(0).choice(train, MAX_TRAIN, replace=False))
    used = np.concatenate([train, validation, test])
    ends = np.cumsum([len(train), len(validation), len(test)])
    labels = np.asarray(target.values, dtype=np.int64)[used]
    config = experiment.with_default_encoding(frozen=True)
    pretrained = pretrained_twin(experiment.backbone)
    layers = backbone_features(context, config, pretrained, [*(texts[i] for i in used), *extra])
    spread = best_label_spreading(
        layers, labels,
        train=np.arange(ends[0]), validation=np.arange(ends[0], ends[1]), test=np.arange(ends[1], ends[2]),
        unlabelled=np.arange(ends[2], ends[2] + len(extra)), classes=target.n_outputs,
        progress=lambda done, total: context.report("spreading labels", done, total),
    )  # fmt: skip
    return SpreadingBaseline(spread, len(extra))
