"""What is transferred, and how: the freeze plan, the head, both on a backbone, and the result on disk."""

from translearn_core.transfer.augmenting import altered
from translearn_core.transfer.classifier import Batch, Classifier, Inputs
from translearn_core.transfer.plan import set_trainable, trainable_names
from translearn_core.transfer.supply import Supply
from translearn_core.transfer.trained import Trained, load_trained, save_trained

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
