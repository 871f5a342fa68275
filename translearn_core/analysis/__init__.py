"""Statistics: arrays in, results out. Nothing here draws or reads files."""

from translearn_core.analysis.baselines import tfidf_baseline
from translearn_core.analysis.comparing import CellRuns, differences, harm, over_seeds, verdict
from translearn_core.analysis.neighbours import nearest, nearest_within
from translearn_core.analysis.probing import probe_layers, stratified_folds
from translearn_core.analysis.projecting import project, purity, stratified_sample
from translearn_core.analysis.scoring import (
    accuracy_interval,
    bootstrap_accuracy,
    confusion,
    macro_f1_interval,
    majority_accuracy,
    per_class,
    score,
)

__all__ = [
    "CellRuns",
    "accuracy_interval",
    "bootstrap_accuracy",
    "confusion",
    "differences",
    "harm",
    "macro_f1_interval",
    "majority_accuracy",
    "nearest",
    "nearest_within",
    "over_seeds",
    "per_class",
    "probe_layers",
    "project",
    "purity",
    "score",
    "stratified_folds",
    "stratified_sample",
    "tfidf_baseline",
    "verdict",
]
