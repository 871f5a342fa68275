"""Prediction: outputs and feature vectors of some rows, in batches of similar cost."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.config import ProblemType
from translearn_core.transfer.batch import Inputs
from translearn_core.transfer.classifier import Classifier
from translearn_core.transfer.objectives import OBJECTIVES


@dataclass(frozen=True, eq=False)
class ModelOutputs:
    """Outputs of rows, shape (rows, n_outputs), and feature vectors, float16, shape (rows, width).

    `logits` are the outputs before activation, float32, `predictions` after it, such as probabilities.
    """

    logits: NDArray[np.float32]
    features: NDArray[np.float16]
    problem: ProblemType

    @cached_property
    def predictions(self) -> NDArray[np.float32]:
        """Outputs after activation."""
        return activate(self.problem, torch.from_numpy(self.logits))


def activate(problem: ProblemType, outputs: Tensor) -> NDArray[np.float32]:
    """Return predictions from outputs on the CPU, by the objective of a problem type."""
    predictions: NDArray[np.float32] = OBJECTIVES[problem].activate(outputs).numpy()
    return predictions


def predict(
    model: Classifier,
    inputs: Inputs,
    rows: NDArray[np.int64],
    compute: Compute,
    report: ProgressCallback = no_progress,
) -> ModelOutputs:
    """Predict some rows of `inputs`; the model is left in eval mode.

    Parameters
    ----------
    model : Classifier
    inputs : Inputs
        Tokens or cached outputs of the frozen layers.
    rows : int array, shape (rows,)
        Indices into `inputs`; may be empty.
    compute : Compute
    report : callable
        Called before each batch; may raise to stop.
    """
    model.eval()
    logits = np.empty((len(rows), model.n_outputs), dtype=np.float32)
    features = np.empty((len(rows), model.width), dtype=np.float16)
    place = np.empty(len(inputs.cost), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    parts = list(inputs.batches(rows, TOKENS_PER_BATCH[compute.device.type]))
    done = 0
    with (
        compute.inference(model.backbone),
        model.open(inputs) as run,
        compute.streams() as streams,
    ):

        def predict_part(part: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
            pooled = model.features(inputs.batch(part), compute, run)
            return model.head(pooled).cpu(), model.pooled_vector(pooled).half().cpu()

        for part, outputs in zip(parts, streams(predict_part, parts), strict=True):
            report("predicting", done, len(rows))
            done += len(part)
            logits[place[part]], features[place[part]] = (tensor.numpy() for tensor in outputs)
    return ModelOutputs(logits, features, model.problem)
