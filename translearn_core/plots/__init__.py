"""Result in, figure out: nothing is computed here, each figure has its table in the result's ``frame()``."""

from translearn_core.plots.compare import cost_and_score, scores
from translearn_core.plots.confusion_matrix import confusion_matrix
from translearn_core.plots.data_profile import class_counts, text_lengths
from translearn_core.plots.diagnostics.baselines import baseline_dots
from translearn_core.plots.diagnostics.calibration import coverage_curve, reliability_diagram, slice_dots
from translearn_core.plots.diagnostics.forgetting import forgotten
from translearn_core.plots.diagnostics.label_efficiency import label_curve
from translearn_core.plots.diagnostics.prediction import probabilities
from translearn_core.plots.diagnostics.probing import probe_lines
from translearn_core.plots.diagnostics.projection import Colouring, projection
from translearn_core.plots.diagnostics.projection_animation import walked
from translearn_core.plots.diagnostics.similarity import similarity_lines, similarity_map
from translearn_core.plots.diagnostics.snapshots import replayed
from translearn_core.plots.diagnostics.transferability import layer_ratings
from translearn_core.plots.freeze_map import stack
from translearn_core.plots.layer_weights import layer_weights
from translearn_core.plots.lr_finder import rate_search
from translearn_core.plots.study_results import depth_curve, size_curve, study_cells
from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import Palette, palette
from translearn_core.plots.style.theme import template
from translearn_core.plots.training_curves import Measure, learning_curves, overlay
from translearn_core.plots.training_timeline import movement, timeline
from translearn_core.plots.weight_drift import drift_bars

__all__ = [
    "Colouring",
    "Measure",
    "Palette",
    "baseline_dots",
    "class_counts",
    "confusion_matrix",
    "cost_and_score",
    "coverage_curve",
    "depth_curve",
    "drift_bars",
    "forgotten",
    "label_curve",
    "layer_ratings",
    "layer_weights",
    "learning_curves",
    "movement",
    "overlay",
    "palette",
    "plain",
    "probabilities",
    "probe_lines",
    "projection",
    "rate_search",
    "reliability_diagram",
    "replayed",
    "scores",
    "similarity_lines",
    "similarity_map",
    "size_curve",
    "slice_dots",
    "stack",
    "study_cells",
    "template",
    "text_lengths",
    "timeline",
    "walked",
]
