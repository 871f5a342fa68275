"""Freezing, heads, classifiers on a backbone, text augmentation and saved models."""

from translearn_core.transfer.augmentation import augment
from translearn_core.transfer.batch import Batch, Inputs
from translearn_core.transfer.classifier import Classifier
from translearn_core.transfer.freezing import set_trainable, trainable_parameter_names
from translearn_core.transfer.model import TransferModel
from translearn_core.transfer.prediction import ModelOutputs, predict
from translearn_core.transfer.saved_model import (
    FineTunedModel,
    TfidfModel,
    TrainedModel,
    load_fine_tuned,
    load_trained,
    save_tfidf,
    save_trained,
)
from translearn_core.transfer.stage_inputs import StageInputs, refitted

__all__ = [
    "Batch",
    "Classifier",
    "FineTunedModel",
    "Inputs",
    "ModelOutputs",
    "StageInputs",
    "TfidfModel",
    "TrainedModel",
    "TransferModel",
    "augment",
    "load_fine_tuned",
    "load_trained",
    "predict",
    "refitted",
    "save_tfidf",
    "save_trained",
    "set_trainable",
    "trainable_parameter_names",
]
