"""Sentences on word vectors: one step of skip-gram, and an alignment."""

from hypothesis import strategies as st

from tests.sentences.reading import Case, sentence
from translearn_core.results.training.skip_gram_step import SkipGramStep, StepPair
from translearn_core.results.training.vector_alignment import VectorAlignment

Draw = st.DrawFn


@sentence
@st.composite
def step_of_skip_gram(draw: Draw) -> Case:
    """What a step did to the loss."""
    before, after = (draw(st.floats(0.001, 9, allow_nan=False)) for _ in range(2))
    steps, pairs = draw(st.integers(1, 400)), draw(st.integers(1, 12))
    pair = StepPair("word", 1, 0.0, 0.5, -0.5, 0.6)
    step = SkipGramStep(("a", "b"), 0, (pair,) * pairs, (), (), (), before, after, (1.0,) * steps)
    return Case(step.sentence, [steps, pairs, before, after])


@sentence
@st.composite
def aligned_vectors(draw: Draw) -> Case:
    """How near anchors come that the map was not fitted on."""
    before, after = (draw(st.floats(0, 1, allow_nan=False)) for _ in range(2))
    anchors = draw(st.integers(20, 5_000))
    found, candidates = draw(st.integers(0, anchors)), draw(st.integers(20, 20_000))
    result = VectorAlignment("a", "b", (anchors, anchors), anchors, before, after, found, candidates, 1.0)
    return Case(result.sentence, [before, after, 100 * found / anchors, anchors, candidates])
