"""Plotly figures of results; nothing is computed here, and each result's ``frame()`` has the numbers."""

from translearn_core.plots.compare import cost_and_score, scores
from translearn_core.plots.confusion_matrix import confusion_matrix
from translearn_core.plots.data_profile import class_counts, text_lengths
from translearn_core.plots.diagnostics.baselines import baseline_dots
from translearn_core.plots.diagnostics.calibration import (
    label_reliability,
    reliability_diagram,
    risk_coverage_curve,
)
from translearn_core.plots.diagnostics.clusters import cluster_contingency, cluster_counts
from translearn_core.plots.diagnostics.forgetting import forgetting_bars
from translearn_core.plots.diagnostics.gradient_conflict import gradient_conflict
from translearn_core.plots.diagnostics.interval_coverage import interval_coverage
from translearn_core.plots.diagnostics.label_efficiency import label_efficiency
from translearn_core.plots.diagnostics.prediction import probabilities
from translearn_core.plots.diagnostics.probing import code_lines, probe_lines, relative_lines
from translearn_core.plots.diagnostics.projection import Colouring, projection
from translearn_core.plots.diagnostics.projection_animation import projection_animation
from translearn_core.plots.diagnostics.similarity import similarity_lines, similarity_map
from translearn_core.plots.diagnostics.slices import slice_accuracies, slice_errors, slice_exact_shares
from translearn_core.plots.diagnostics.snapshots import snapshot_animation
from translearn_core.plots.diagnostics.transfer_matrix import loss_and_distance, transfer_matrix
from translearn_core.plots.diagnostics.transferability import layer_ratings
from translearn_core.plots.diagnostics.word_importance import word_importance
from translearn_core.plots.diagnostics.zero_shot import description_spaces
from translearn_core.plots.freeze_map import freeze_map
from translearn_core.plots.layer_weights import layer_weights
from translearn_core.plots.loss_weights import loss_weights
from translearn_core.plots.lr_finder import lr_finder
from translearn_core.plots.outputs import OUTPUT_PLOTS
from translearn_core.plots.self_training import self_training_rounds
from translearn_core.plots.study_results import depth_curve, size_curve, study_arms
from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import Palette, palette
from translearn_core.plots.style.theme import template
from translearn_core.plots.training_curves import compare_training_curves, training_curves
from translearn_core.plots.training_timeline import gradient_timeline, timeline
from translearn_core.plots.weight_drift import drift_bars

__all__ = [
    "OUTPUT_PLOTS",
    "Colouring",
    "Palette",
    "baseline_dots",
    "class_counts",
    "cluster_contingency",
    "cluster_counts",
    "code_lines",
    "compare_training_curves",
    "confusion_matrix",
    "cost_and_score",
    "depth_curve",
    "description_spaces",
    "drift_bars",
    "forgetting_bars",
    "freeze_map",
    "gradient_conflict",
    "gradient_timeline",
    "interval_coverage",
    "label_efficiency",
    "label_reliability",
    "layer_ratings",
    "layer_weights",
    "loss_and_distance",
    "loss_weights",
    "lr_finder",
    "palette",
    "plain",
    "probabilities",
    "probe_lines",
    "projection",
    "projection_animation",
    "relative_lines",
    "reliability_diagram",
    "risk_coverage_curve",
    "scores",
    "self_training_rounds",
    "similarity_lines",
    "similarity_map",
    "size_curve",
    "slice_accuracies",
    "slice_errors",
    "slice_exact_shares",
    "snapshot_animation",
    "study_arms",
    "template",
    "text_lengths",
    "timeline",
    "training_curves",
    "transfer_matrix",
    "word_importance",
]
