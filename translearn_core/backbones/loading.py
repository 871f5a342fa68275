"""Load backbones: find and check the files, build the model, describe its parts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from translearn_core.backbones import architecture, inspection
from translearn_core.backbones.download import Report
from translearn_core.backbones.dry_run import InputNames
from translearn_core.backbones.hashing import folder_digest
from translearn_core.backbones.hub import remote_size
from translearn_core.backbones.resolve import is_cached, resolve_backbone
from translearn_core.backbones.sentence_transformers_settings import read_sentence_settings
from translearn_core.backbones.silence import silence_transformers
from translearn_core.backbones.surgery import altered_digest, truncate_and_reinit
from translearn_core.backbones.weights import weight_files
from translearn_core.backbones.word_vectors.weighting import weight_words
from translearn_core.config import BackboneConfig, Cell, FeatureConfig, PairEncoding, WordWeights
from translearn_core.config.text_cells import TextCell, Word, are_words, split_sides
from translearn_core.errors import ConfigError
from translearn_core.inputs.examples import Examples
from translearn_core.inputs.modality import MODALITIES, embedding_table
from translearn_core.inputs.pairs import SiamesePairs
from translearn_core.inputs.tokenizer_loading import limit_to_vocabulary, read_tokenizer
from translearn_core.inputs.words import SentenceWords, first_pieces
from translearn_core.results import BackboneInfo


@dataclass(eq=False)
class Backbone:
    """Pretrained or randomly initialised model with its tokenizer and named parts.

    Attributes
    ----------
    model : PreTrainedModel
        Float32 on the CPU, eval mode, poolers removed; returns `last_hidden_state`; owned by the caller.
    tokenizer : PreTrainedTokenizerFast
        Pads and truncates on the right; has a pad token.
    blocks_path : str
        Dotted path of the blocks' `nn.ModuleList` inside `model`.
    parts : dict of str to str
        Part of every parameter by name: ``embeddings``, ``block 0`` …, ``final``.
    output_tuple_len : int, optional
        Length of a block's output tuple, None for a tensor.
    input_names : InputNames
        Tensors of the tokenizer that the model takes.
    """

    config: BackboneConfig
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    info: BackboneInfo
    blocks_path: str
    parts: dict[str, str]
    output_tuple_len: int | None = None
    input_names: InputNames = field(default_factory=InputNames)

    @property
    def blocks(self) -> nn.ModuleList:
        """Transformer blocks, block 0 at the input."""
        blocks = self.model.get_submodule(self.blocks_path)
        assert isinstance(blocks, nn.ModuleList)
        return blocks

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return len(self.blocks)

    def examples(self, cells: Sequence[TextCell], limit: int) -> Examples:
        """Return texts or pairs, a pair in one sequence, as inputs truncated at `limit` tokens."""
        return MODALITIES["text"].examples(self.tokenizer, cells, limit, self.input_names.taken)

    def inputs(
        self, cells: Sequence[Cell], features: FeatureConfig
    ) -> Examples | SiamesePairs | SentenceWords:
        """Return texts, pairs or words as inputs of the model, encoded as `features` say.

        Raises
        ------
        ConfigError
            If single texts are to be encoded as siamese pairs.
        """
        if are_words(cells):
            return self._words(cast("Sequence[Word]", cells), features.token_limit)
        if features.pair_encoding is PairEncoding.JOINT:
            return self.examples(cast("Sequence[TextCell]", cells), features.token_limit)
        if any(isinstance(cell, str) for cell in cells):
            raise ConfigError("features.pair_encoding", features.pair_encoding, "pairs of texts, or 'joint'")
        return SiamesePairs(self.examples(split_sides(cells), features.token_limit))

    def _words(self, words: Sequence[Word], limit: int) -> SentenceWords:
        """Return words with their distinct sentences as texts."""
        places: dict[str, int] = {}
        sentence = np.array([places.setdefault(w.sentence, len(places)) for w in words], dtype=np.int64)
        pieces = first_pieces(self.tokenizer, list(places), limit)
        piece = np.array([pieces[s][w.position] for s, w in zip(sentence, words, strict=True)], np.int64)
        return SentenceWords(self.examples(list(places), limit), sentence, piece)


def bytes_to_fetch(config: BackboneConfig) -> int:
    """Return how many bytes `load` would download. Raises as `load` does."""
    return 0 if is_cached(config) else remote_size(config.id, config.revision)


def load(config: BackboneConfig, *, network: bool = False, report: Report | None = None) -> Backbone:
    """Load a backbone; every call builds a new model, which the caller may train.

    Parameters
    ----------
    config : BackboneConfig
        The bundled model, a Hub id or a local folder; with `random_init`, random weights.
    network : bool
        Whether a missing Hub model may be downloaded.
    report : callable, optional
        Called with stage, bytes done and total bytes during a download. It may raise `Stopped`; the next
        call resumes.

    Raises
    ------
    BackboneError
        If the model is missing, incomplete, unsafe or of an architecture that is not supported.
    NetworkError
        If the Hub could not be reached.
    """
    name = config.id
    folder = resolve_backbone(config, network=network, report=report)
    with silence_transformers():
        model_config = architecture.read_config(name, folder)
        sentences = read_sentence_settings(name, folder)
        tokenizer = read_tokenizer(name, folder)
        if config.random_init:
            weights: tuple[Path, ...] = ()
            model = architecture.initialise_randomly(name, model_config, config.init_seed)
        else:
            weights = weight_files(name, folder)
            model = architecture.load_pretrained(name, folder, model_config)
        digest = folder_digest(folder, weights, config.init_seed if config.random_init else None)
        limit_to_vocabulary(name, tokenizer, embedding_table(model).num_embeddings)
        path = inspection.find_blocks(name, model)
        if config.keep_blocks is not None or config.reinit_top_layers:
            digest = altered_digest(digest, config)
            truncate_and_reinit(name, model, path, config, model_config)
        if config.word_weights is not WordWeights.UNIFORM:
            digest = hashlib.sha256(f"{digest}/{config.word_weights}".encode()).hexdigest()
            weight_words(name, model, folder, config.word_weights)
        trial = inspection.trace_forward(name, model, path, tokenizer, digest=digest)
    parts = inspection.parts_by_parameter(model, path, trial)
    size = sum(file.stat().st_size for file in weights) or 4 * inspection.count(model.parameters())
    info = inspection.describe_backbone(
        name, model, path, parts, trial, tokenizer, digest=digest, size=size, sentences=sentences
    )
    return Backbone(config, model, tokenizer, info, path, parts, trial.output_tuple_len, trial.input_names)


def load_tokenizer(config: BackboneConfig, *, network: bool = False) -> PreTrainedTokenizerFast:
    """Load only the tokenizer of a backbone. Raises as `load` does."""
    folder = resolve_backbone(config, network=network)
    with silence_transformers():
        return read_tokenizer(config.id, folder)
