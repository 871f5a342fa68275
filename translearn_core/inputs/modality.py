"""Registry of modalities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from translearn_core.config.text_cells import TextCell
from translearn_core.errors import BackboneError
from translearn_core.inputs.examples import Examples
from translearn_core.inputs.text import TextExamples
from translearn_core.inputs.tokenizer_loading import read_tokenizer

MOST_TOKENS = 8_192
"""Largest token limit offered; some models state 10^30, and attention is quadratic."""

POSITIONS = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "max_sequence_length",
    "seq_length",
    "n_ctx",
)


@dataclass(frozen=True)
class InputInfo:
    """Size of a model's inputs: most tokens of a text, and word embeddings."""

    token_limit: int
    vocabulary: int


class Modality(Protocol):
    """Kind of input; `noun` names one row in sentences."""

    noun: str

    def preprocessor(self, name: str, folder: Path) -> Any:
        """Read the preprocessor of the model `name` in `folder`."""

    def examples(self, preprocessor: Any, cells: Sequence[Any], limit: int, names: Sequence[str]) -> Examples:
        """Return rows for a model that takes the tensors `names`."""

    def describe(self, model: PreTrainedModel, preprocessor: Any) -> InputInfo:
        """Return the size of the inputs of `model`."""


class Text:
    """Texts and pairs of texts; the preprocessor is a tokenizer."""

    noun = TextExamples.noun

    def preprocessor(self, name: str, folder: Path) -> PreTrainedTokenizerFast:
        """Read the tokenizer of the model `name` in `folder`."""
        return read_tokenizer(name, folder)

    def examples(
        self,
        preprocessor: PreTrainedTokenizerFast,
        cells: Sequence[TextCell],
        limit: int,
        names: Sequence[str],
    ) -> TextExamples:
        """Return texts truncated at `limit` tokens."""
        return TextExamples(cells, preprocessor, limit, names)

    def describe(self, model: PreTrainedModel, preprocessor: PreTrainedTokenizerFast) -> InputInfo:
        """Return token limit and number of word embeddings."""
        return InputInfo(token_limit(model, preprocessor), embedding_table(model).num_embeddings)


MODALITIES: dict[str, Modality] = {"text": Text()}


def token_limit(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> int:
    """Return the most tokens of a text the model can read, special tokens included; at most `MOST_TOKENS`.

    Position tables that start after the padding index lose those rows: RoBERTa's 514 are 512.
    """
    configured = [getattr(model.config, key, None) for key in POSITIONS]
    limits = [limit for limit in configured if isinstance(limit, int) and limit > 0]
    limits += [rows for rows in _position_rows(model) if rows > 0]
    if not limits:
        limits = [tokenizer.model_max_length]
    return min(*limits, MOST_TOKENS)


def _position_rows(model: nn.Module) -> Iterator[int]:
    for path, module in model.named_modules():
        leaf = path.rpartition(".")[2]
        if isinstance(module, nn.Embedding) and (leaf.startswith("position_embed") or leaf == "wpe"):
            yield module.num_embeddings - (0 if module.padding_idx is None else module.padding_idx + 1)


def embedding_table(model: PreTrainedModel) -> nn.Embedding:
    """Return the model's word embeddings; raise `BackboneError` if it has none."""
    table = model.get_input_embeddings()
    if not isinstance(table, nn.Embedding):
        raise BackboneError(f"{type(model).__name__} has no table of word embeddings: choose a text model.")
    return table
