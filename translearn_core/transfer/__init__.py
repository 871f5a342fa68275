"""What is transferred, and how: the freeze plan, the head, both on a backbone, and the result on disk."""

from translearn_core.transfer.augmentation import altered
from translearn_core.transfer.classifier import Batch, Classifier, Inputs
from translearn_core.transfer.freezing import set_trainable, trainable_names
from translearn_core.transfer.saved_model import Trained, load_trained, save_trained
from translearn_core.transfer.stage_inputs import Supply

__all__ = [
    "Batch",
    "Classifier",
    "Inputs",
    "Supply",
    "Trained",
    "altered",
    "load_trained",
    "save_trained",
    "set_trainable",
    "trainable_names",
]
