"""Backbone inspection: find the blocks, assign parameters to parts, read limits, for any architecture."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast
from transformers.pytorch_utils import Conv1D

from translearn_core.backbones.dry_run import DryRun, dry_run, input_names
from translearn_core.backbones.sentence_transformers_settings import SentenceSettings
from translearn_core.backbones.weights import refuse_infinite
from translearn_core.backbones.word_vectors.model import WordVectorModel
from translearn_core.config import BUNDLED, GLOVE, MULTILINGUAL
from translearn_core.errors import BackboneError
from translearn_core.inputs.modality import MODALITIES, embedding_table
from translearn_core.results import BackboneInfo

SHORTEST = 8
"""Smallest token limit of a config."""

STACK_SHARE = 0.75
"""Minimum share of the non-embedding parameters that the stack of blocks must hold."""

LANGUAGE_NOTES = {
    BUNDLED: "Reads English and other Latin scripts; Chinese mostly becomes [UNK]: choose a multilingual "
    "model for it.",
    MULTILINGUAL: "Reads about a hundred languages. Its weights were rounded to four bits by the package "
    "that brings them, so it is less exact than the original on the Hub.",
    GLOVE: "One vector for each of 400,000 English words, whatever stands around it; other words are left "
    "out.",
}

_dry_runs: dict[str, DryRun] = {}


def find_blocks(name: str, model: nn.Module) -> str:
    """Return the dotted path of the stack of blocks: the largest `nn.ModuleList`.

    Its blocks may be of several classes, which some architectures alternate.

    Raises
    ------
    BackboneError
        If no single list holds most of the model.
    """
    lists = [(str(path), module) for path, module in model.named_modules() if _is_stack(module)]
    if not lists:
        raise BackboneError(
            f"{name} ({type(model).__name__}) is not a stack of blocks: choose a transformer."
        )
    path, stack = max(lists, key=lambda named: count(named[1].parameters()))
    tables = {id(p) for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters()}
    outside_tables = [p for p in model.parameters() if id(p) not in tables]
    share = count(stack.parameters()) / count(outside_tables) if outside_tables else 1
    if share < STACK_SHARE:
        raise BackboneError(
            f"{name} ({type(model).__name__}) has its blocks in several lists, the largest with "
            f"{share:.0%} of them: choose a model with one stack, such as BERT, RoBERTa or Llama."
        )
    return path


def _is_stack(module: nn.Module) -> bool:
    containers = (nn.ModuleList, nn.ModuleDict, nn.Sequential)
    return (
        isinstance(module, nn.ModuleList)
        and len(module) > 0
        and not any(isinstance(m, containers) for m in module)
    )


def trace_forward(
    name: str, model: PreTrainedModel, blocks_path: str, tokenizer: PreTrainedTokenizerFast, *, digest: str
) -> DryRun:
    """Dry-run the model, once per digest; raise `BackboneError` if it does not turn tokens into states."""
    if digest not in _dry_runs:
        _dry_runs[digest] = _checked_dry_run(name, model, blocks_path, tokenizer)
    return _dry_runs[digest]


def _checked_dry_run(
    name: str, model: PreTrainedModel, blocks_path: str, tokenizer: PreTrainedTokenizerFast
) -> DryRun:
    refuse_infinite(name, model)  # reads all weights, so only once per digest
    rows, special = embedding_table(model).num_embeddings, frozenset(tokenizer.all_special_ids)
    try:
        trial = dry_run(model, blocks_path, vocabulary=rows, avoid=special)
        trial = replace(trial, input_names=input_names(model, tokenizer))
    except Exception as error:
        raise BackboneError(
            f"{name} ({type(model).__name__}) does not turn texts into states "
            f"({type(error).__name__}: {error}): choose a text encoder or decoder."
        ) from error
    if not trial.finite:
        raise BackboneError(
            f"{name} makes NaN or infinite states of a text: its config.json or weights are damaged, "
            "fetch or copy both again."
        )
    return trial


def parts_by_parameter(model: nn.Module, blocks_path: str, trial: DryRun) -> dict[str, str]:
    """Return the part of every parameter, ``embeddings``, ``block k`` or ``final``; shared ones once."""
    parts = {}
    for name, _ in model.named_parameters():
        owner = name.rpartition(".")[0]
        if name.startswith(f"{blocks_path}."):
            parts[name] = f"block {name[len(blocks_path) + 1 :].partition('.')[0]}"
        else:
            parts[name] = "final" if owner in trial.after else "embeddings"
    return parts


def describe_backbone(
    name: str,
    model: PreTrainedModel,
    blocks_path: str,
    parts: dict[str, str],
    trial: DryRun,
    tokenizer: PreTrainedTokenizerFast,
    *,
    digest: str,
    size: int,
    sentences: SentenceSettings,
) -> BackboneInfo:
    """Return the torch-free description of a backbone.

    Parameters
    ----------
    parts : dict of str to str
        Part of every parameter, from `parts_by_parameter`.
    size : int
        Bytes of the weight files.
    sentences : SentenceSettings
        Pooling and token limit saved with the model.
    """
    inputs = MODALITIES["text"].describe(model, tokenizer)
    blocks = model.get_submodule(blocks_path)
    assert isinstance(blocks, nn.ModuleList)
    counts = dict.fromkeys(["embeddings", *(f"block {k}" for k in range(len(blocks))), "final"], 0)
    for parameter, weight in model.named_parameters():
        counts[parts[parameter]] += weight.numel()
    return BackboneInfo(
        id=name,
        architecture=type(model).__name__,
        width=trial.width,
        token_limit=inputs.token_limit,
        vocabulary=inputs.vocabulary,
        causal=trial.causal and not isinstance(model, WordVectorModel),
        embedding_parameters=counts.pop("embeddings"),
        final_parameters=counts.pop("final"),
        block_parameters=tuple(counts.values()),
        block_class=" / ".join(dict.fromkeys(type(block).__name__ for block in blocks)),
        bytes=size,
        digest=digest,
        supports_partial_forward=trial.unsupported_reason is None,
        unsupported_reason=trial.unsupported_reason,
        language_note=LANGUAGE_NOTES.get(name),
        block_biases=tuple(_sum(block, lambda _, name: is_bias(name)) for block in blocks),
        block_norms=tuple(_sum(block, lambda owner, _: is_norm(owner)) for block in blocks),
        lora_dims_per_block=tuple(
            sum(sum(m.weight.shape) for m in block.modules() if isinstance(m, nn.Linear | Conv1D))
            for block in blocks
        ),
        adapters_per_block=tuple(len(adapted_layers(block, trial.width)) for block in blocks),
        default_pooling=sentences.pooling,
        default_token_limit=_default_limit(name, sentences, inputs.token_limit),
    )


def _default_limit(name: str, sentences: SentenceSettings, maximum: int) -> int | None:
    # the bundled model was trained with 128 tokens, our own default; its file says 256
    if sentences.token_limit is None or name == BUNDLED:
        return None
    return max(SHORTEST, min(sentences.token_limit, maximum))


def adapted_layers(block: nn.Module, width: int) -> tuple[str, ...]:
    """Return the paths in a block of the last linear layers of its attention and its feed-forward network.

    Both write to the residual stream of `width`. Empty if the block lacks one, as where an attention has
    weights of its own kind.
    """
    outputs = [name for name, m in block.named_modules() if _output_width(m) == width]
    attention = [name for name in outputs if "att" in name.lower()]
    network = [name for name in outputs if "att" not in name.lower()]
    return (attention[-1], network[-1]) if attention and network else ()


def _output_width(module: nn.Module) -> int | None:
    if isinstance(module, Conv1D):
        return int(module.nf)
    return module.out_features if isinstance(module, nn.Linear) else None


def is_bias(name: str) -> bool:
    """Whether the parameter of this name is a bias."""
    return name.endswith("bias")


def is_norm(owner: nn.Module) -> bool:
    """Whether `owner` is a normalisation layer."""
    return "norm" in type(owner).__name__.lower()


def _sum(block: nn.Module, counts: Callable[[nn.Module, str], bool]) -> int:
    return sum(
        p.numel()
        for owner in block.modules()
        for name, p in owner.named_parameters(recurse=False)
        if counts(owner, name)
    )


def count(parameters: Iterator[torch.nn.Parameter] | list[torch.nn.Parameter]) -> int:
    """Return the number of values in `parameters`."""
    return sum(p.numel() for p in parameters)
