"""Adaptation of an experiment to its target domain: what the loop trains, and the loss that it adds."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.activations import Lookup
from translearn_core.config import AdaptationMethod, ExperimentConfig, Split, Stage
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import TooFewSamplesError
from translearn_core.experiment.training_data import TrainingData
from translearn_core.training.adaptation.alignment import Alignment
from translearn_core.training.adaptation.domain_losses import DomainDiscriminator
from translearn_core.training.adaptation.importance import importance_weights
from translearn_core.training.adaptation.source_first import SourceFirst
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.training.self_training.pseudo_labelled_rows import PseudoLabelledRows
from translearn_core.training.self_training.pseudo_labels import PseudoLabeller
from translearn_core.training.task import AddedLoss
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier, StageInputs

FEWEST_TEXTS = 2
"""Fewest target texts that a domain is known by."""


@dataclass(frozen=True)
class Adaptation:
    """Rows of a run, the task that the loop trains, and what it adds for rows without a label."""

    rows: TrainingRows | JointRows
    task: TrainingRows | JointRows | SourceFirst | PseudoLabelledRows
    added_loss: AddedLoss | None = None
    labeller: PseudoLabeller | None = None

    def stages_before(self, config: ExperimentConfig) -> tuple[Stage, ...]:
        """Return the stages before the last one; of self-training none without rows that lack a label."""
        stages = config.resolved_stages
        return () if config.self_training is not None and self.labeller is None else stages[:-1]


def adapt(
    config: ExperimentConfig,
    prepared: PreparedDataset,
    data: TrainingData,
    rows: TrainingRows | JointRows,
    model: Classifier,
    inputs: StageInputs,
) -> Adaptation:
    """Return what trains under the adaptation of `config`; `rows` alone without one.

    Raises
    ------
    TooFewSamplesError
        If the target has too few texts to learn from without labels.
    """
    if config.adaptation is None:
        return Adaptation(rows, rows)
    assert isinstance(rows, TrainingRows)
    assert config.data.domains is not None
    assert prepared.domain is not None
    method, seed = config.adaptation.method, config.training.seed
    target = set(config.data.domains.target) - set(config.data.domains.source)
    origin = np.concatenate([np.arange(len(prepared.domain)), data.copied])  # a copy is of its row's domain
    of_target = np.array([name in target for name in prepared.domain], dtype=np.bool_)[origin]
    if method is AdaptationMethod.SEQUENTIAL:
        labelled = of_target[rows.train]
        if labelled.all() or not labelled.any():
            raise TooFewSamplesError(
                "Source and target each need labelled training rows to learn from one after the other: "
                "choose other domains, or more target labels."
            )
        rows = _chosen_on_target(rows, of_target)
        return Adaptation(rows, SourceFirst(rows, of_target))
    train = prepared.split_indices(Split.TRAIN)
    texts = np.concatenate([train[of_target[train]], data.unlabelled])
    if len(texts) < FEWEST_TEXTS:
        raise TooFewSamplesError(
            f"The target domain has {len(texts)} training texts, and {FEWEST_TEXTS} are the least to adapt "
            "to: choose another target."
        )
    if method is AdaptationMethod.IMPORTANCE:
        vectors = _vectors(inputs.encoder().last_layer(config.features.pooling))
        rows = replace(rows, importance=_importance(rows, of_target, origin, vectors, texts, seed))
        return Adaptation(rows, rows)
    if method is AdaptationMethod.DANN:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            discriminator = DomainDiscriminator(model.width)
        model.attach(discriminator.to(next(model.parameters()).device))
    batch_size = min(config.training.batch_size, len(rows.train))
    return Adaptation(rows, rows, Alignment(config.adaptation, texts, of_target, batch_size, seed))


def _chosen_on_target(rows: TrainingRows, of_target: NDArray[np.bool_]) -> TrainingRows:
    """Return the rows validated on those of the target alone, if there are any."""
    own = rows.validation[of_target[rows.validation]]
    return replace(rows, validation=own) if len(own) else rows


def _vectors(lookup: Lookup) -> NDArray[np.float32]:
    return np.asarray(lookup.vectors(), dtype=np.float32)


def _importance(
    rows: TrainingRows,
    of_target: NDArray[np.bool_],
    origin: NDArray[np.int64],
    vectors: NDArray[np.float32],
    texts: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float32]:
    """Return a weight per row: of source training rows their importance, of others 1.

    `origin` is the row of the table that each row is, or is a copy of.
    """
    weights = np.ones(len(rows.target.values), dtype=np.float32)
    source = rows.train[~of_target[rows.train]]
    weights[source] = importance_weights(vectors[source], vectors[texts], seed, groups=origin[source])
    return weights
