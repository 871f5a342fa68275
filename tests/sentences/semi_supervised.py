"""Sentences on rows without a label: self-training and label spreading."""

from typing import Any, cast

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from tests.sentences.outcomes import counts
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.neighbours.label_spreading import SpreadLabels
from translearn_core.results import SelfTraining, SelfTrainingRound
from translearn_core.results.training.self_training import LaterTraining
from translearn_core.worker.diagnostics.few_labels.label_spreading_baseline import SpreadingBaseline

Draw = st.DrawFn
scores = st.sampled_from((0.5, 0.5001, 0.8)) | st.floats(0, 1)


@sentence
@st.composite
def pseudo_labels(draw: Draw) -> Case:
    """How many rows got a pseudo-label, and how often these were right."""
    labelled, unlabelled = draw(counts), draw(counts)
    added = draw(st.sampled_from((0, 1, 40)) | st.integers(0, unlabelled))
    known = draw(st.integers(0, added))
    right = draw(st.integers(0, known))
    threshold = draw(st.sampled_from((0.0, 0.5, 0.95)))
    first, last = draw(scores), draw(scores)
    rounds = [SelfTrainingRound(1, first, added, (added, 0), known, right, 9, 5)]
    rounds.append(SelfTrainingRound(2, last, added, (0, 0), 0, 0, 9, 5))
    ended = draw(st.sampled_from((0, 2, 3)))
    learned, agreed = draw(st.integers(1, 90)), draw(st.integers(0, 1))
    later = (LaterTraining(3, draw(scores), learned, agreed, agreed),) * (ended == 3)
    text = SelfTraining(
        "self_training",
        threshold,
        labelled,
        unlabelled,
        ("a", "b"),
        tuple(rounds),
        trainings=ended,
        later=later,
    ).summary()
    shown = [added, unlabelled, labelled] if added else [unlabelled, 100 * threshold]
    rose, same = last > first, f"{last:.3f}" == f"{first:.3f}"
    claims = {
        "None of": not added,
        "were right": known > 0,
        "stayed at": same and added > 0,
        " rose ": rose and not same and added > 0,
        " fell ": not rose and not same and added > 0,
    }
    shown += [100 * right / known] if known else []
    shown += ([first] if same else [first, last]) if added else []
    shown += [2, 3] if added and ended == 3 else []
    shown += [3, learned, later[0].score] + [100] * agreed if later and added else []
    claims["was best on validation"] = added > 0 and ended == 3
    claims["of them right, reached"] = bool(later and added and agreed)
    return Case(text, shown, claims=claims)


@sentence
@st.composite
def no_pseudo_labels(draw: Draw) -> Case:
    """Why no row got a pseudo-label: none was confident, a class had none, or the run was stopped."""
    unlabelled = draw(counts)
    confident = draw(st.just(0) | st.integers(0, unlabelled))
    lacking = draw(st.sampled_from(((), (1,), (0, 1))))
    worse = confident > 0 and not lacking and draw(st.booleans())
    one = SelfTrainingRound(1, 0.5, confident, (0, 0), 0, 0, 9, 5, lacking=lacking)
    later = (LaterTraining(2, 0.4, 30, 0, 0), LaterTraining(3, 0.45, 40, 0, 0)) if worse else ()
    text = SelfTraining(
        "self_training", 0.95, 9, unlabelled, ("a", "b"), (one,), trainings=1 + len(later), later=later
    ).summary()
    class_lacks = confident > 0 and bool(lacking)
    return Case(
        text,
        [unlabelled, 95] + [confident] * (confident > 0) + [0.5, 2, 30, 0.4, 3, 40, 0.45] * worse,
        claims={
            "None of": not confident,
            "A lower threshold": not confident or class_lacks,
            "but none of": class_lacks,
            "'Balance classes'": class_lacks,
            "was stopped before": confident > 0 and not lacking and not worse,
            "did not improve": worse,
        },
    )


@sentence
@st.composite
def consistent_texts(draw: Draw) -> Case:
    """How many texts had a confident prediction in the last epoch, and which class these favour."""
    labelled, unlabelled = draw(counts), draw(st.integers(1, 500))
    added = draw(st.integers(1, unlabelled))
    one, own = draw(st.integers(0, added)), draw(st.integers(0, labelled))
    threshold = draw(st.sampled_from((0.5, 0.95)))
    rounds = (SelfTrainingRound(7, 0.8, added, (one, added - one), 0, 0, 0, 0),)
    classes = (own, labelled - own)
    text = SelfTraining("consistency", threshold, labelled, unlabelled, ("a", "b"), rounds, classes).summary()
    shown = [7, added, unlabelled, 100 * threshold, labelled]
    excess = 0.0 if not labelled else one / added - own / labelled
    assume(abs(abs(excess) - 0.2) > 1e-9)
    favoured = abs(excess) > 0.2
    if favoured:
        shares = (one / added, own / labelled)
        shown += [100 * (share if excess > 0 else 1 - share) for share in shares]
    return Case(text, shown, claims={"of the pseudo-labels": favoured, "'a'": favoured and excess > 0})


@sentence
@st.composite
def rounds_so_far(draw: Draw) -> Case:
    """What the last round of a training added, while it goes on."""
    unlabelled = draw(counts)
    confident = draw(st.integers(0, unlabelled))
    added = draw(st.integers(0, confident))
    known = draw(st.integers(0, added))
    right = draw(st.integers(0, known))
    threshold = draw(st.sampled_from((0.5, 0.95)))
    method = draw(st.sampled_from(("self_training", "consistency")))
    one = SelfTrainingRound(4, 0.8, confident, (added, 0), known, right, 9, 5)
    text = SelfTraining(method, threshold, 80, unlabelled, ("a", "b"), (one,)).so_far()
    shown = [4, confident, unlabelled, 100 * threshold] + [added] * (method == "self_training")
    claims = {"epoch": method == "consistency", "are right": known > 0, "became": method == "self_training"}
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
