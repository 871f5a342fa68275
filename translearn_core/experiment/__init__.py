"""Experiment: data, model, training, evaluation and saved results."""

from translearn_core.experiment.build_model import build, check
from translearn_core.experiment.run import run_experiment
from translearn_core.experiment.training_data import training_data
from translearn_core.experiment.training_predictions import predict_training_rows

__all__ = ["build", "check", "predict_training_rows", "run_experiment", "training_data"]
