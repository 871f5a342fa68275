"""Immutable answers: each is data only, and each has a table (`frame`)."""

from translearn_core.results.anatomy import Anatomy
from translearn_core.results.estimate import Calibration, Estimate, Task
from translearn_core.results.evaluation import Drift, Evaluation, Interval, Metrics
from translearn_core.results.history import EpochPoint, History, StepPoint
from translearn_core.results.prediction import FilePrediction, NeighbourBank, Prediction
from translearn_core.results.probing import ProbeScores
from translearn_core.results.projection import Projection
from translearn_core.results.reading import Column, Diagnosis, Finding, Reading, Severity, Suggestion
from translearn_core.results.reuse import Reuse
from translearn_core.results.size import RemoteSize
from translearn_core.results.summary import RunSummary

__all__ = [
    "Anatomy",
    "Calibration",
    "Column",
    "Diagnosis",
    "Drift",
    "EpochPoint",
    "Estimate",
    "Evaluation",
    "FilePrediction",
    "Finding",
    "History",
    "Interval",
    "Metrics",
    "NeighbourBank",
    "Prediction",
    "ProbeScores",
    "Projection",
    "Reading",
    "RemoteSize",
    "Reuse",
    "RunSummary",
    "Severity",
    "StepPoint",
    "Suggestion",
    "Task",
]
