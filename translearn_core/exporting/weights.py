"""Exported model files: a transformers backbone, the head, and the run's config and scores."""

import json
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from translearn_core.activations import Compute
from translearn_core.config import ExperimentConfig, Tuning
from translearn_core.inputs.text import MASK
from translearn_core.results import Evaluation
from translearn_core.training.pretraining.save import save_backbone
from translearn_core.transfer import Classifier, FineTunedModel, TrainedModel
from translearn_core.transfer.adapters import merge_lora, remove_adapters
from translearn_core.transfer.heads import ScaledLinear

ADAPTERS = "adapters.safetensors"


def in_float32(trained: FineTunedModel) -> FineTunedModel:
    """Return a trained model that computes on the CPU in float32; `trained` itself is moved there too."""
    nn.Module.to(trained.model, "cpu")
    return replace(trained, compute=Compute(torch.device("cpu"), bf16=False))


def save_model(folder: Path, trained: FineTunedModel, config: ExperimentConfig) -> None:
    """Write ``backbone/``, ``head.safetensors``, ``head.json`` and ``labels.json`` under `folder`.

    LoRA is merged into the weights of `trained` itself, so that any program reads the backbone. Adapters are
    removed from it and written to ``adapters.safetensors``.
    """
    model = trained.model
    if model.tuning.kind is Tuning.LORA:
        merge_lora(model.loaded_backbone)
    if model.tuning.kind is Tuning.ADAPTERS:
        save_file(remove_adapters(model.loaded_backbone), folder / ADAPTERS)
    save_backbone(
        folder, model.backbone, model.loaded_backbone, checksums=False
    )  # the model card has its digests
    save_file(head_tensors(model), folder / "head.safetensors")
    pad = model.loaded_backbone.tokenizer.pad_token_id
    head = {
        "pooling": str(config.features.pooling),
        "combining": str(config.features.layer_combination),
        "layers": list(model.layers),
        "top": model.loaded_backbone.n_blocks,
        "token_limit": trained.token_limit,
        "pad": 0 if pad is None else int(pad),
        "inputs": sorted({MASK, *model.loaded_backbone.input_names.taken}),
        "activation": str(config.head.activation),
        "problem": str(model.problem),
        "pairs": trained.pairs,
        "pair_encoding": str(config.features.pair_encoding),
    }
    write_json(folder / "head.json", head)
    save_names(folder, trained)


def save_names(folder: Path, trained: TrainedModel) -> None:
    """Write ``labels.json``, and ``thresholds.json`` of a model of several labels."""
    write_json(folder / "labels.json", list(trained.names))
    if trained.thresholds is not None:
        write_json(folder / "thresholds.json", trained.thresholds.tolist())


def head_tensors(model: Classifier) -> dict[str, Tensor]:
    """Return the head's tensors by name.

    `mean` and `scale`, shape (width,) or (layers, width), standardise the features; `mix`, shape (layers,),
    are the layer weights of a mix, which sum to 1, and `factor` scales it; `hidden` is an MLP's first layer.
    """
    tensors = {"mean": model.standardise.mean, "scale": model.standardise.scale}
    if model.mix is not None:
        tensors |= {"mix": model.mix.weights, "factor": model.mix.factor}
    layers = [module for module in model.head if isinstance(module, nn.Linear)]
    for name, layer in zip(("hidden", "output")[-len(layers) :], layers, strict=True):
        weight: Tensor = layer.weight
        bias: Tensor = layer.bias
        if isinstance(layer, ScaledLinear):
            weight, bias = layer.scale[:, None] * weight, layer.mean + layer.scale * bias
        tensors |= {f"{name}.weight": weight, f"{name}.bias": bias}
    return {name: tensor.detach().float().cpu().contiguous() for name, tensor in tensors.items()}


def save_record(folder: Path, config: ExperimentConfig, evaluation: Evaluation) -> None:
    """Write ``experiment.json``, the run's config, and ``scores.json``."""
    (folder / "experiment.json").write_text(config.model_dump_json(indent=1), encoding="utf-8")
    scores = {}
    for split, metrics in evaluation.metrics.items():
        line: dict[str, object] = {"rows": metrics.n}
        for name, score in metrics.scores.items():
            line |= {name: score.value, f"{name}_interval": {"low": score.low, "high": score.high}}
        scores[split] = line
    write_json(folder / "scores.json", scores)


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
