"""Sentences on rows without a label: self-training and label spreading."""

from typing import Any, cast

import numpy as np
from hypothesis import strategies as st

from tests.sentences.outcomes import counts
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.neighbours.label_spreading import SpreadLabels
from translearn_core.results import SelfTraining, SelfTrainingRound
from translearn_core.worker.diagnostics.few_labels.label_spreading_baseline import SpreadingBaseline

Draw = st.DrawFn


@sentence
@st.composite
def pseudo_labels(draw: Draw) -> Case:
    """How many rows got a pseudo-label, and how often these were right."""
    labelled, unlabelled = draw(counts), draw(counts)
    added = draw(st.sampled_from((0, 1, 40)) | st.integers(0, unlabelled))
    known = draw(st.integers(0, added))
    right = draw(st.integers(0, known))
    threshold = draw(st.sampled_from((0.0, 0.5, 0.95)))
    rounds = [SelfTrainingRound(1, 0.8, added, (added, 0), known, right, 9, 5)]
    rounds.append(SelfTrainingRound(2, 0.8, added, (0, 0), 0, 0, 9, 5))
    text = SelfTraining("self_training", threshold, labelled, unlabelled, ("a", "b"), tuple(rounds)).summary()
    shown = [added, unlabelled, labelled] if added else [unlabelled, 100 * threshold]
    claims = {"None of": not added, "were right": known > 0}
    return Case(text, shown + ([100 * right / known] if known else []), claims=claims)


@sentence
@st.composite
def spreading_settings(draw: Draw) -> Case:
    """What label spreading read, and what was chosen on validation rows."""
    layer, neighbours = draw(st.integers(0, 12)), draw(st.integers(2, 50))
    alpha = draw(st.sampled_from((0.2, 0.5, 0.9)))
    unlabelled, validation = draw(counts), draw(counts)
    empty = cast("Any", np.empty((0, 2), np.float32))
    text = SpreadingBaseline(SpreadLabels(layer, neighbours, alpha, 0.5, empty, empty), unlabelled).note(
        validation
    )
    shown = [neighbours, alpha, unlabelled, validation] + [layer] * (layer > 0)
    return Case(text, shown, claims={"the embeddings": layer == 0})
