"""Statistics: pure functions from arrays to results, without plots or files."""

from translearn_core.analysis.comparison.label_efficiency import (
    Crossing,
    crossing_sentence,
    estimate_crossing,
)
from translearn_core.analysis.comparison.paired_comparison import (
    ArmRuns,
    differences,
    draw_interval,
    seed_interval,
)
from translearn_core.analysis.errors.calibration import (
    Bins,
    Coverage,
    apply_temperature,
    coverage,
    ece_interval,
    expected_calibration_error,
    reliability,
    temperature,
)
from translearn_core.analysis.errors.label_issues import LabelIssues, find_label_issues
from translearn_core.analysis.errors.slices import Slice, quantile_groups, slice_scores
from translearn_core.analysis.metrics import (
    accuracy_interval,
    bootstrap_accuracy,
    classification_metrics,
    confusion,
    macro_f1_interval,
    majority_accuracy,
    per_class,
)
from translearn_core.analysis.neighbours.knn_purity import (
    chance_purity,
    knn_overlap,
    label_purity,
    neighbour_overlap,
    neighbours_with_same_label,
)
from translearn_core.analysis.neighbours.nearest_neighbours import (
    nearest,
    nearest_among,
    nearest_to,
    nearest_within,
)
from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices, silhouette, trustworthiness
from translearn_core.analysis.probing.control_tasks import control_labels, word_types
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.analysis.probing.transferability import h_score, logme, rank_agreement
from translearn_core.analysis.projection.projection import project
from translearn_core.analysis.similarity.cka import cka_matrix
from translearn_core.analysis.similarity.sentence_similarity import cosine_pairs, spearman_change
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.analysis.tfidf import tfidf_logistic_regression

__all__ = [
    "ArmRuns",
    "Bins",
    "Coverage",
    "Crossing",
    "LabelIssues",
    "LinearProbe",
    "Slice",
    "accuracy_interval",
    "apply_temperature",
    "bootstrap_accuracy",
    "chance_purity",
    "cka_matrix",
    "classification_metrics",
    "confusion",
    "control_labels",
    "cosine_pairs",
    "coverage",
    "crossing_sentence",
    "differences",
    "draw_interval",
    "ece_interval",
    "estimate_crossing",
    "expected_calibration_error",
    "find_label_issues",
    "h_score",
    "knn_indices",
    "knn_overlap",
    "label_purity",
    "logme",
    "macro_f1_interval",
    "majority_accuracy",
    "nearest",
    "nearest_among",
    "nearest_to",
    "nearest_within",
    "neighbour_overlap",
    "neighbours_with_same_label",
    "per_class",
    "probe_layers",
    "project",
    "quantile_groups",
    "rank_agreement",
    "reliability",
    "seed_interval",
    "silhouette",
    "slice_scores",
    "spearman_change",
    "stratified_folds",
    "stratified_sample",
    "temperature",
    "tfidf_logistic_regression",
    "trustworthiness",
    "word_types",
]
