"""Result in, figure out: nothing is computed here, each figure has its table in the result's ``frame()``."""

from translearn_core.plots.baselines import baseline_dots
from translearn_core.plots.compare import cost_and_score, scores
from translearn_core.plots.confusion import confusion_matrix
from translearn_core.plots.data import class_counts, text_lengths
from translearn_core.plots.drift import drift_bars
from translearn_core.plots.forgetting import forgotten
from translearn_core.plots.label_curve import label_curve
from translearn_core.plots.learning import Measure, learning_curves, overlay
from translearn_core.plots.mix import layer_weights
from translearn_core.plots.palette import Palette, palette
from translearn_core.plots.prediction import probabilities
from translearn_core.plots.probes import probe_lines
from translearn_core.plots.projection import Colouring, projection
from translearn_core.plots.rate_search import rate_search
from translearn_core.plots.replay import replayed
from translearn_core.plots.similarity import similarity_lines, similarity_map
from translearn_core.plots.stack import stack
from translearn_core.plots.study import depth_curve, size_curve, study_cells
from translearn_core.plots.theme import template
from translearn_core.plots.timeline import movement, timeline
from translearn_core.plots.transferability import layer_ratings
from translearn_core.plots.trust import coverage_curve, reliability_diagram, slice_dots
from translearn_core.plots.walk import walked
from translearn_core.plots.wording import plain

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
