"""Immutable answers: each is data only, and each has a table (`frame`)."""

from translearn_core.results.advice import Advice, Fact, Option, Reason
from translearn_core.results.altered import Alterations
from translearn_core.results.anatomy import Anatomy
from translearn_core.results.baselines import Baseline, Baselines
from translearn_core.results.comparison import CellScore, Comparison, Difference
from translearn_core.results.estimate import Calibration, Estimate, Task
from translearn_core.results.evaluation import Drift, Evaluation, Interval, Metrics
from translearn_core.results.files import Exported, Report
from translearn_core.results.forgetting import EarlierTask, Forgetting, MaskedWords, Reference
from translearn_core.results.history import EpochPoint, History, StepPoint
from translearn_core.results.label_curve import LabelCurve
from translearn_core.results.neighbourhood import Neighbourhood
from translearn_core.results.prediction import FilePrediction, NeighbourBank, Prediction
from translearn_core.results.pretraining import Pretraining
from translearn_core.results.probing import ProbeScores
from translearn_core.results.projection import Nearness, Projection
from translearn_core.results.rate_search import RateSearch
from translearn_core.results.reading import (
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
from translearn_core.results.replay import LayerMix, Replayed, Snapshot
from translearn_core.results.reuse import Reuse
from translearn_core.results.similarity import Similarity
from translearn_core.results.size import RemoteSize
from translearn_core.results.summary import RunSummary
from translearn_core.results.timeline import Timeline
from translearn_core.results.transferability import Agreement, Transferability
from translearn_core.results.trust import Calibrated, Trust
from translearn_core.results.walk import Walk

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
