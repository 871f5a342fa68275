"""Immutable answers: each is data only, and each has a table (`frame`)."""

from translearn_core.results.altered import Alterations
from translearn_core.results.anatomy import Anatomy
from translearn_core.results.comparison import CellScore, Comparison, Difference
from translearn_core.results.estimate import Calibration, Estimate, Task
from translearn_core.results.evaluation import Drift, Evaluation, Interval, Metrics
from translearn_core.results.history import EpochPoint, History, StepPoint
from translearn_core.results.prediction import FilePrediction, NeighbourBank, Prediction
from translearn_core.results.pretraining import Pretraining
from translearn_core.results.probing import ProbeScores
from translearn_core.results.projection import Projection
from translearn_core.results.rate_search import RateSearch
from translearn_core.results.reading import Column, Diagnosis, Finding, Reading, Severity, Suggestion
from translearn_core.results.replay import LayerMix, Replayed, Snapshot
from translearn_core.results.reuse import Reuse
from translearn_core.results.size import RemoteSize
from translearn_core.results.summary import RunSummary
from translearn_core.results.timeline import Timeline

__all__ = [
    "Alterations",
    "Anatomy",
    "Calibration",
    "CellScore",
    "Column",
    "Comparison",
    "Diagnosis",
    "Difference",
    "Drift",
    "EpochPoint",
    "Estimate",
    "Evaluation",
    "FilePrediction",
    "Finding",
    "History",
    "Interval",
    "LayerMix",
    "Metrics",
    "NeighbourBank",
    "Prediction",
    "Pretraining",
    "ProbeScores",
    "Projection",
    "RateSearch",
    "Reading",
    "RemoteSize",
    "Replayed",
    "Reuse",
    "RunSummary",
    "Severity",
    "Snapshot",
    "StepPoint",
    "Suggestion",
    "Task",
    "Timeline",
]
