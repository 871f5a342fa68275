"""The whole grid: importing the modules registers their sentences."""

from tests.sentences import (
    advice,
    captions,
    clusters,
    comparisons,
    diagnostics,
    domains,
    error_analysis,
    few_labels,
    joint_targets,
    next_steps,
    number_captions,
    numbers,
    semi_supervised,
    several_labels,
    transfer,
    word_vectors,
)
from tests.sentences.reading import GRID

__all__ = [
    "GRID",
    "advice",
    "captions",
    "clusters",
    "comparisons",
    "diagnostics",
    "domains",
    "error_analysis",
    "few_labels",
    "joint_targets",
    "next_steps",
    "number_captions",
    "numbers",
    "semi_supervised",
    "several_labels",
    "transfer",
    "word_vectors",
]
