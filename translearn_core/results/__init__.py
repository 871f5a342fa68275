"""Immutable results of jobs, each with a table (`frame`)."""

from translearn_core.results.augmentation_preview import AugmentationPreview
from translearn_core.results.backbone_info import BackboneInfo, DownloadSize
from translearn_core.results.comparison import ArmScore, Comparison, Difference
from translearn_core.results.costs.cost_model import CostEstimate, CostModel
from translearn_core.results.costs.workload import Workload
from translearn_core.results.diagnostics.advice import Advice, Fact, Option, Reason
from translearn_core.results.diagnostics.baselines import Baseline, Baselines
from translearn_core.results.diagnostics.error_analysis import CalibrationScore, ErrorAnalysis
from translearn_core.results.diagnostics.forgetting import (
    Forgetting,
    MaskedLmLoss,
    SentenceSimilarity,
    TaskRetention,
)
from translearn_core.results.diagnostics.label_efficiency import LabelEfficiency
from translearn_core.results.diagnostics.label_errors import LabelErrors
from translearn_core.results.diagnostics.label_review import LabelReview
from translearn_core.results.diagnostics.nearest_neighbours import NearestNeighbours
from translearn_core.results.diagnostics.number_errors import NumberErrors
from translearn_core.results.diagnostics.paired_comparison import PairedComparison
from translearn_core.results.diagnostics.probing import ProbeScores
from translearn_core.results.diagnostics.projection import NeighbourhoodQuality, Projection
from translearn_core.results.diagnostics.projection_animation import ProjectionAnimation
from translearn_core.results.diagnostics.similarity import Similarity
from translearn_core.results.diagnostics.snapshots import LayerMix, Snapshot, Snapshots
from translearn_core.results.diagnostics.transferability import RankAgreement, Transferability
from translearn_core.results.evaluation import (
    Drift,
    Evaluation,
    HeldOutLogits,
    Metrics,
    TrainingPredictions,
)
from translearn_core.results.files import ExportFile, ReportFile
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.prediction import (
    FilePrediction,
    NeighbourBank,
    Occlusion,
    Prediction,
    ReviewThreshold,
)
from translearn_core.results.selection import Selection
from translearn_core.results.table_profile import (
    Column,
    ColumnType,
    DelimitedStyle,
    Diagnosis,
    DomainRows,
    FileFormat,
    Finding,
    LikelyReading,
    QuoteStyle,
    Severity,
    Suggestion,
    TableProfile,
    TextCheck,
)
from translearn_core.results.training.history import EpochPoint, History, StepPoint
from translearn_core.results.training.lr_finder import LrFinderResult
from translearn_core.results.training.pretraining import Pretraining
from translearn_core.results.training.run_summary import CacheUsage, RunSummary
from translearn_core.results.training.self_training import SelfTraining, SelfTrainingRound
from translearn_core.results.training.skip_gram_step import SkipGramStep
from translearn_core.results.training.training_timeline import Timeline
from translearn_core.results.training.vector_alignment import VectorAlignment
from translearn_core.results.training.word_vectors import WordVectorTraining

__all__ = [
    "Advice",
    "ArmScore",
    "AugmentationPreview",
    "BackboneInfo",
    "Baseline",
    "Baselines",
    "CacheUsage",
    "CalibrationScore",
    "Column",
    "ColumnType",
    "Comparison",
    "CostEstimate",
    "CostModel",
    "DelimitedStyle",
    "Diagnosis",
    "Difference",
    "DomainRows",
    "DownloadSize",
    "Drift",
    "EpochPoint",
    "ErrorAnalysis",
    "Estimate",
    "Evaluation",
    "ExportFile",
    "Fact",
    "FileFormat",
    "FilePrediction",
    "Finding",
    "Forgetting",
    "HeldOutLogits",
    "History",
    "LabelEfficiency",
    "LabelErrors",
    "LabelReview",
    "LayerMix",
    "LikelyReading",
    "LrFinderResult",
    "MaskedLmLoss",
    "Metrics",
    "NearestNeighbours",
    "NeighbourBank",
    "NeighbourhoodQuality",
    "NumberErrors",
    "Occlusion",
    "Option",
    "PairedComparison",
    "Prediction",
    "Pretraining",
    "ProbeScores",
    "Projection",
    "ProjectionAnimation",
    "QuoteStyle",
    "RankAgreement",
    "Reason",
    "ReportFile",
    "ReviewThreshold",
    "RunSummary",
    "Selection",
    "SelfTraining",
    "SelfTrainingRound",
    "SentenceSimilarity",
    "Severity",
    "Similarity",
    "SkipGramStep",
    "Snapshot",
    "Snapshots",
    "StepPoint",
    "Suggestion",
    "TableProfile",
    "TaskRetention",
    "TextCheck",
    "Timeline",
    "TrainingPredictions",
    "Transferability",
    "VectorAlignment",
    "WordVectorTraining",
    "Workload",
]
