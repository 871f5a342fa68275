"""Configurations of experiments and all other jobs, as immutable, hashable JSON."""

from translearn_core.config.adaptation import AdaptationConfig, AdaptationMethod, Way
from translearn_core.config.base import FORMAT, BaseConfig, JobConfig, job_id, referenced_jobs
from translearn_core.config.data import DataConfig, SplitConfig, TargetConfig
from translearn_core.config.domains import DomainConfig
from translearn_core.config.enums import (
    Activation,
    ClassWeights,
    CleaningRule,
    Device,
    HeadKind,
    KeepEpoch,
    LayerCombination,
    Method,
    Optimizer,
    PairEncoding,
    Pooling,
    Precision,
    ProblemType,
    RegressionLoss,
    Schedule,
    Split,
    TableKind,
    TaskOrder,
    TaskWeighting,
    TaskWord,
    Tuning,
    WordWeights,
)
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.few_labels.contrastive import ContrastiveConfig, PairLoss
from translearn_core.config.few_labels.self_training import SelfTrainingConfig, SelfTrainingMethod
from translearn_core.config.model import (
    ADAPTED,
    BackboneConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Stage,
    TuningConfig,
)
from translearn_core.config.model_names import BUNDLED, BUNDLED_BACKBONES, GLOVE, MULTILINGUAL
from translearn_core.config.overrides import apply_overrides, flatten
from translearn_core.config.read_options import ReadOptions
from translearn_core.config.recipes.catalog import RECIPES, match_recipe, recipe
from translearn_core.config.recipes.recipe import Family, Recipe, RecipeName
from translearn_core.config.studies.control_runs import (
    differ_only_in_seed,
    from_scratch_control,
    next_seed_run,
)
from translearn_core.config.studies.depth_study import depth_study
from translearn_core.config.studies.grid import (
    PlannedRun,
    UnsuitableArm,
    expand_grid,
    unsuitable_arms,
)
from translearn_core.config.studies.study import StudyConfig, custom_overrides
from translearn_core.config.text_cells import Cell
from translearn_core.config.training import AugmentConfig, DistilConfig, TrainingConfig
from translearn_core.config.word_vectors import (
    AlignVectorsConfig,
    SkipGramStepConfig,
    VectorObjective,
    WordVectorsConfig,
)

__all__ = [
    "ADAPTED",
    "BUNDLED",
    "BUNDLED_BACKBONES",
    "FORMAT",
    "GLOVE",
    "MULTILINGUAL",
    "RECIPES",
    "Activation",
    "AdaptationConfig",
    "AdaptationMethod",
    "AlignVectorsConfig",
    "AugmentConfig",
    "BackboneConfig",
    "BaseConfig",
    "Cell",
    "ClassWeights",
    "CleaningRule",
    "ContrastiveConfig",
    "DataConfig",
    "Device",
    "DistilConfig",
    "DomainConfig",
    "ExperimentConfig",
    "Family",
    "FeatureConfig",
    "FreezePlan",
    "HeadConfig",
    "HeadKind",
    "JobConfig",
    "KeepEpoch",
    "LayerCombination",
    "Method",
    "Optimizer",
    "PairEncoding",
    "PairLoss",
    "PlannedRun",
    "Pooling",
    "Precision",
    "ProblemType",
    "ReadOptions",
    "Recipe",
    "RecipeName",
    "RegressionLoss",
    "Schedule",
    "SelfTrainingConfig",
    "SelfTrainingMethod",
    "SkipGramStepConfig",
    "Split",
    "SplitConfig",
    "Stage",
    "StudyConfig",
    "TableKind",
    "TargetConfig",
    "TaskOrder",
    "TaskWeighting",
    "TaskWord",
    "TrainingConfig",
    "Tuning",
    "TuningConfig",
    "UnsuitableArm",
    "VectorObjective",
    "Way",
    "WordVectorsConfig",
    "WordWeights",
    "apply_overrides",
    "custom_overrides",
    "depth_study",
    "differ_only_in_seed",
    "expand_grid",
    "flatten",
    "from_scratch_control",
    "job_id",
    "match_recipe",
    "next_seed_run",
    "recipe",
    "referenced_jobs",
    "unsuitable_arms",
]
