"""Saved fine-tuned model: trained tensors, and the config and digest of their backbone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors import numpy as numpy_tensors
from safetensors.torch import load_file, save_file
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback, no_progress
from translearn_core.analysis.tfidf import TfidfClassifier
from translearn_core.backbones import load
from translearn_core.config import Cell, ExperimentConfig, ProblemType
from translearn_core.config.model_names import TFIDF
from translearn_core.errors import BackboneError, DamagedFileError
from translearn_core.results.training.run_summary import WEIGHTS_DELETED, WEIGHTS_MARK
from translearn_core.storage import atomic_folder, verify_folder
from translearn_core.storage.documents import parse_json
from translearn_core.tasks import PROBLEMS
from translearn_core.transfer.batch import Inputs
from translearn_core.transfer.classifier import Classifier
from translearn_core.transfer.prediction import ModelOutputs, predict

FOLDER = "model"
REMEDY = "resume the run, which writes its model again from its checkpoint"


class TrainedModel(Protocol):
    """Model of a finished run for prediction; `names` are those of its outputs, `pairs`: it reads pairs."""

    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def thresholds(self) -> NDArray[np.float64] | None:
        """Probabilities from which labels are predicted, of a multi-label model."""

    @property
    def pairs(self) -> bool: ...  # noqa: D102

    @property
    def problem(self) -> ProblemType:
        """Problem type of its target."""

    def predict(self, texts: Sequence[Cell], report: ProgressCallback = no_progress) -> ModelOutputs:
        """Return outputs and feature vectors of `texts`; `report` is called before each batch."""

    def decode(self, outputs: ModelOutputs) -> pd.DataFrame:
        """Return predictions in the terms of the target's column, see `Problem.decode`."""


@dataclass(frozen=True)
class FineTunedModel:
    """Fine-tuned model for prediction; `names` are those of its outputs, `pairs`: it reads pairs.

    `thresholds` are those of the outputs, of a multi-label model.
    """

    model: Classifier
    names: tuple[str, ...]
    compute: Compute
    pairs: bool = False
    thresholds: NDArray[np.float64] | None = None

    @property
    def token_limit(self) -> int:
        """Most tokens of a text, or of a pair in one sequence."""
        return self.model.feature_config.token_limit

    @property
    def problem(self) -> ProblemType:
        """Problem type of its target."""
        return self.model.problem

    def predict(self, texts: Sequence[Cell], report: ProgressCallback = no_progress) -> ModelOutputs:
        """Return outputs and feature vectors of `texts`; `report` is called before each batch."""
        inputs = Inputs.of(self.model.loaded_backbone.inputs(texts, self.model.feature_config))
        return predict(self.model, inputs, np.arange(len(texts)), self.compute, report)

    def decode(self, outputs: ModelOutputs) -> pd.DataFrame:
        """Return predictions in the terms of the target's column, see `Problem.decode`."""
        return PROBLEMS[outputs.problem].decode(self.names, outputs.predictions, self.thresholds)


@dataclass(frozen=True)
class TfidfModel:
    """TF-IDF with logistic regression for prediction; `names` are those of its classes or labels."""

    classifier: TfidfClassifier
    names: tuple[str, ...]
    pairs: bool = False
    problem: ProblemType = ProblemType.SINGLE_LABEL
    thresholds: NDArray[np.float64] | None = None

    def predict(self, texts: Sequence[Cell], report: ProgressCallback = no_progress) -> ModelOutputs:
        """Return logits and projected vectors of `texts`."""
        report("predicting", 0, len(texts))
        vectors = self.classifier.vectors(texts)
        return ModelOutputs(self.classifier.logits(vectors), self.classifier.project(vectors), self.problem)

    def decode(self, outputs: ModelOutputs) -> pd.DataFrame:
        """Return predictions in the terms of the target's column, see `Problem.decode`."""
        return PROBLEMS[outputs.problem].decode(self.names, outputs.predictions, self.thresholds)


def save_tfidf(folder: Path, model: TfidfModel, config: ExperimentConfig) -> None:
    """Write terms, weights, config, names and thresholds."""
    metadata = {
        "problem": str(model.problem),
        "names": list(model.names),
        "backbone": TFIDF,
        "c": model.classifier.c,
        "config": json.loads(config.model_dump_json()),
    } | ({} if model.thresholds is None else {"thresholds": model.thresholds.tolist()})
    with atomic_folder(folder / FOLDER) as draft:
        write_tfidf(draft, model.classifier)
        text = json.dumps(metadata, ensure_ascii=False, indent=1)
        (draft / "model.json").write_text(text, encoding="utf-8")


def write_tfidf(folder: Path, model: TfidfClassifier) -> None:
    """Write ``terms.json``, and the arrays `idf`, `weight` and `bias` to ``trained.safetensors``."""
    (folder / "terms.json").write_text(json.dumps(model.terms, ensure_ascii=False), encoding="utf-8")
    arrays = {name: np.ascontiguousarray(getattr(model, name)) for name in ("idf", "weight", "bias")}
    numpy_tensors.save_file(arrays, folder / "trained.safetensors")


def load_fine_tuned(folder: Path) -> FineTunedModel:
    """Load a fine-tuned model; raises as `load_trained` does, and `BackboneError` for TF-IDF."""
    model = load_trained(folder)
    if not isinstance(model, FineTunedModel):
        raise BackboneError("This run counts words (TF-IDF) and has no layers: choose a run of a backbone.")
    return model


def save_trained(
    folder: Path,
    model: Classifier,
    config: ExperimentConfig,
    names: Sequence[str],
    thresholds: Sequence[float] | None = None,
) -> None:
    """Write trained tensors and the head's statistics with config, output names and backbone digest.

    `thresholds` are those of the outputs, of a multi-label model.
    """
    trained = ((name, p) for name, p in model.kept_parameters() if name in model.trained_names)
    tensors = {name: p.detach().cpu().contiguous() for name, p in trained}
    tensors |= {f"head.{name}": b.detach().cpu().contiguous() for name, b in model.head.named_buffers()}
    metadata = {
        "problem": str(model.problem),
        "names": list(names),
        "backbone": model.loaded_backbone.info.digest,
        "config": json.loads(config.model_dump_json()),
    } | ({} if thresholds is None else {"thresholds": list(thresholds)})
    with atomic_folder(folder / FOLDER) as draft:
        save_file(tensors, draft / "trained.safetensors")
        text = json.dumps(metadata, ensure_ascii=False, indent=1)
        (draft / "model.json").write_text(text, encoding="utf-8")


def load_trained(folder: Path) -> TrainedModel:
    """Load the model of a run, a fine-tuned one onto a fresh copy of its backbone.

    Raises
    ------
    BackboneError
        If the run saved no model, or its backbone has changed.
    DamagedFileError
        If the files are damaged.
    """
    path = folder / FOLDER
    try:
        verify_folder(path, REMEDY)
        metadata = parse_json((path / "model.json").read_text(encoding="utf-8"))
        tensors = load_file(path / "trained.safetensors")
        if metadata["backbone"] == TFIDF:
            return _tfidf_model(path, metadata, tensors)
    except FileNotFoundError:
        if (folder / WEIGHTS_MARK).exists():
            raise BackboneError(WEIGHTS_DELETED) from None
        raise BackboneError("This run kept no trained model yet: let it finish an epoch first.") from None
    except (SafetensorError, ValueError, OSError) as error:
        raise DamagedFileError(path, str(error), REMEDY) from error
    return _fine_tuned_model(metadata, tensors)


def _tfidf_model(path: Path, metadata: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> TfidfModel:
    """Return a saved TF-IDF model; its terms are in the folder `path`."""
    terms = parse_json((path / "terms.json").read_text(encoding="utf-8"))
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    return TfidfModel(
        TfidfClassifier(terms=tuple(terms), c=metadata["c"], **arrays),
        tuple(metadata["names"]),
        pairs=metadata["config"]["data"].get("text_pair") is not None,
        problem=ProblemType(metadata["problem"]),
        thresholds=_thresholds(metadata),
    )


def _fine_tuned_model(metadata: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> FineTunedModel:
    """Return a saved fine-tuned model: its trained tensors on a fresh copy of its backbone."""
    config = ExperimentConfig.model_validate(metadata["config"])
    backbone = load(config.backbone)
    if backbone.info.digest != metadata["backbone"]:
        raise BackboneError(
            f"{config.backbone.label} is no longer the model this run was trained on (other weights or "
            "tokenizer): train it again."
        )
    names = tuple(metadata["names"] if "names" in metadata else metadata["classes"])  # of earlier versions
    problem = ProblemType(metadata.get("problem", ProblemType.SINGLE_LABEL))
    model = Classifier(
        backbone, config.freeze, config.features, config.head, len(names),
        problem=problem, tuning=config.tuning,
    )  # fmt: skip
    missing = [name for name in tensors if name not in model.state_dict()]
    if missing:
        raise BackboneError(
            f"The trained model of this run holds {missing[0]}, which {config.backbone.label} lacks: "
            "train it again."
        )
    model.load_state_dict(tensors, strict=False)
    compute = Compute.choose(config.training.device, config.training.precision)
    model.to(compute.device).eval()
    pairs, thresholds = config.data.text_pair is not None, _thresholds(metadata)
    return FineTunedModel(model, names, compute, pairs, thresholds)


def _thresholds(metadata: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """Return the thresholds of a saved model, if it has any."""
    return np.asarray(metadata["thresholds"]) if "thresholds" in metadata else None
