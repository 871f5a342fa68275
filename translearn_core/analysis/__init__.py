"""Statistics: arrays in, results out. Nothing here draws or reads files."""

from translearn_core.analysis.comparison.label_efficiency import Crossing, crossing, sentence
from translearn_core.analysis.comparison.paired_comparison import (
    CellRuns,
    differences,
    over_draws,
    over_seeds,
)
from translearn_core.analysis.errors.calibration import (
    Bins,
    Coverage,
    coverage,
    ece_interval,
    expected_calibration_error,
    reliability,
    temperature,
    tempered,
)
from translearn_core.analysis.errors.label_issues import Suspects, label_suspects, out_of_fold
from translearn_core.analysis.errors.slices import Slice, quantile_groups, slice_scores
from translearn_core.analysis.metrics import (
    accuracy_interval,
    bootstrap_accuracy,
    confusion,
    macro_f1_interval,
    majority_accuracy,
    per_class,
    score,
)
from translearn_core.analysis.neighbours.knn_purity import chance, in_common, knn_overlap, purity, same_label
from translearn_core.analysis.neighbours.nearest_neighbours import (
    nearest,
    nearest_among,
    nearest_to,
    nearest_within,
)
from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices, silhouette, trustworthiness
from translearn_core.analysis.probing.control_tasks import control_labels, recurring, selectivity, word_types
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.linear_probe import probe_layers
from translearn_core.analysis.probing.transferability import h_score, logme, rank_agreement
from translearn_core.analysis.projection.projection import project
from translearn_core.analysis.similarity.cka import cka_matrix, debiased_cka
from translearn_core.analysis.similarity.pair_similarity import cosine_pairs, spearman_change
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.analysis.tfidf import tfidf_baseline

__all__ = [
    "Bins",
    "CellRuns",
    "Coverage",
    "Crossing",
    "Slice",
    "Suspects",
    "accuracy_interval",
    "bootstrap_accuracy",
    "chance",
    "cka_matrix",
    "confusion",
    "control_labels",
    "cosine_pairs",
    "coverage",
    "crossing",
    "debiased_cka",
    "differences",
    "ece_interval",
    "expected_calibration_error",
    "h_score",
    "in_common",
    "knn_indices",
    "knn_overlap",
    "label_suspects",
    "logme",
    "macro_f1_interval",
    "majority_accuracy",
    "nearest",
    "nearest_among",
    "nearest_to",
    "nearest_within",
    "out_of_fold",
    "over_draws",
    "over_seeds",
    "per_class",
    "probe_layers",
    "project",
    "purity",
    "quantile_groups",
    "rank_agreement",
    "recurring",
    "reliability",
    "same_label",
    "score",
    "selectivity",
    "sentence",
    "silhouette",
    "slice_scores",
    "spearman_change",
    "stratified_folds",
    "stratified_sample",
    "temperature",
    "tempered",
    "tfidf_baseline",
    "trustworthiness",
    "word_types",
]
