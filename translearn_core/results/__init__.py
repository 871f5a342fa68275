"""Immutable answers: each is data only, and each has a table (`frame`)."""

from translearn_core.results.augmentation_preview import Alterations
from translearn_core.results.backbone_info import Anatomy
from translearn_core.results.cache_usage import Reuse
from translearn_core.results.comparison import CellScore, Comparison, Difference
from translearn_core.results.cost_model import Calibration, Estimate, Task
from translearn_core.results.diagnostics.advice import Advice, Fact, Option, Reason
from translearn_core.results.diagnostics.baselines import Baseline, Baselines
from translearn_core.results.diagnostics.error_analysis import Calibrated, Trust
from translearn_core.results.diagnostics.forgetting import EarlierTask, Forgetting, MaskedWords, Reference
from translearn_core.results.diagnostics.label_efficiency import LabelCurve
from translearn_core.results.diagnostics.nearest_neighbours import Neighbourhood
from translearn_core.results.diagnostics.probing import ProbeScores
from translearn_core.results.diagnostics.projection import Nearness, Projection
from translearn_core.results.diagnostics.projection_animation import Walk
from translearn_core.results.diagnostics.similarity import Similarity
from translearn_core.results.diagnostics.snapshots import LayerMix, Replayed, Snapshot
from translearn_core.results.diagnostics.transferability import Agreement, Transferability
from translearn_core.results.download_size import RemoteSize
from translearn_core.results.evaluation import Drift, Evaluation, Interval, Metrics
from translearn_core.results.files import Exported, Report
from translearn_core.results.history import EpochPoint, History, StepPoint
from translearn_core.results.lr_finder import RateSearch
from translearn_core.results.prediction import FilePrediction, NeighbourBank, Prediction
from translearn_core.results.pretraining import Pretraining
from translearn_core.results.run_summary import RunSummary
from translearn_core.results.table_profile import (
    Column,
    ColumnType,
    Diagnosis,
    FileFormat,
    Finding,
    LikelyReading,
    Reading,
    Severity,
    Suggestion,
)
from translearn_core.results.training_timeline import Timeline

__all__ = [
    "Advice",
    "Agreement",
    "Alterations",
    "Anatomy",
    "Baseline",
    "Baselines",
    "Calibrated",
    "Calibration",
    "CellScore",
    "Column",
    "ColumnType",
    "Comparison",
    "Diagnosis",
    "Difference",
    "Drift",
    "EarlierTask",
    "EpochPoint",
    "Estimate",
    "Evaluation",
    "Exported",
    "Fact",
    "FileFormat",
    "FilePrediction",
    "Finding",
    "Forgetting",
    "History",
    "Interval",
    "LabelCurve",
    "LayerMix",
    "LikelyReading",
    "MaskedWords",
    "Metrics",
    "Nearness",
    "NeighbourBank",
    "Neighbourhood",
    "Option",
    "Prediction",
    "Pretraining",
    "ProbeScores",
    "Projection",
    "RateSearch",
    "Reading",
    "Reason",
    "Reference",
    "RemoteSize",
    "Replayed",
    "Report",
    "Reuse",
    "RunSummary",
    "Severity",
    "Similarity",
    "Snapshot",
    "StepPoint",
    "Suggestion",
    "Task",
    "Timeline",
    "Transferability",
    "Trust",
    "Walk",
]
