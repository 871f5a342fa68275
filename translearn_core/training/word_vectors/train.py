"""Training of word vectors: skip-gram or CBOW with negative sampling, in chunks of texts.

References
----------
Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from translearn_core.activations import ProgressCallback
from translearn_core.backbones.word_vectors.folder import WordVectors, save_word_vectors
from translearn_core.backbones.word_vectors.tokenizer import build_tokenizer, split_words
from translearn_core.config import VectorObjective, WordVectorsConfig
from translearn_core.config.optional_deps import missing_vectors_message
from translearn_core.errors import BackboneError, DataError
from translearn_core.results.metric import LOSS
from translearn_core.results.training.history import EpochPoint
from translearn_core.results.training.word_vectors import (
    LEAST_WORDS,
    NEAREST,
    WordNeighbours,
    WordVectorTraining,
)
from translearn_core.runs import artifacts
from translearn_core.runs.workspace import BACKBONE
from translearn_core.storage import atomic_folder
from translearn_core.training.callbacks import Record
from translearn_core.training.word_vectors.analogies import solve_analogies
from translearn_core.training.word_vectors.vector_table import VectorTable

CHUNK = 2_000
"""Texts between two reports of progress."""
LAST_RATE = 1e-4
"""Learning rate at the end."""
WATCHED = 8
"""Words watched by default."""
COMMON = 0.1
"""Words in a greater share of the texts are not watched by default: they tell little."""

_CARD = """---
license: other
---
Word vectors trained by TransLearn ({objective}, {width} dimensions) on the column {column} of {texts} texts.
"""


def train_word_vectors(
    config: WordVectorsConfig,
    texts: Sequence[str],
    folder: Path,
    *,
    report: ProgressCallback,
    record: Record,
) -> WordVectorTraining:
    """Train vectors on `texts`; save them as a backbone, and the results, under `folder`.

    The same texts and settings give the same vectors: one thread trains.

    Raises
    ------
    BackboneError
        If gensim is not installed.
    DataError
        If fewer than `LEAST_WORDS` words are frequent enough.
    Stopped
        If `report` asks to stop.
    """
    if message := missing_vectors_message():
        raise BackboneError(message)
    started = time.perf_counter()
    sentences = list(_sentences(list(dict.fromkeys(texts)), report))
    model, rare = _vocabulary(config, sentences)
    table = VectorTable(model.wv.index_to_key, model.wv.vectors)
    watched, missing = _watched(config, sentences, table)
    losses: list[float] = []
    neighbours: list[WordNeighbours] = []
    for epoch in range(1, config.epochs + 1):
        losses.append(_epoch(config, model, sentences, epoch, report))
        now = VectorTable(table.words, model.wv.vectors)
        neighbours += [_neighbours(now, word, epoch) for word in watched]
        seconds = time.perf_counter() - started
        record([EpochPoint(epoch, epoch, {LOSS: losses[-1]}, {}, seconds, best=False)])
    report("saving the vectors", 0, 0)
    final = VectorTable(table.words, model.wv.vectors.astype(np.float32))
    _save(config, model, final, folder, len(sentences))
    result = WordVectorTraining(
        texts=len(sentences),
        tokens=sum(map(len, sentences)),
        words=len(final.words),
        rare=rare,
        width=config.width,
        losses=tuple(losses),
        neighbours=tuple(neighbours),
        analogies=solve_analogies(final),
        missing=missing,
        seconds=round(time.perf_counter() - started, 3),
    )
    artifacts.save(folder, result)
    return result


def _sentences(texts: Sequence[str], report: ProgressCallback) -> Iterator[list[str]]:
    """Yield the words of every text that has one."""
    splitter = build_tokenizer(())
    for done, text in enumerate(texts):
        if done % CHUNK == 0:
            report("splitting texts into words", done, len(texts))
        if words := split_words(splitter, text):
            yield words


def _vocabulary(config: WordVectorsConfig, sentences: list[list[str]]) -> tuple[Any, int]:
    """Return a gensim model with its vocabulary, and the number of words too rare for it."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        vector_size=config.width,
        window=config.window,
        negative=config.negatives,
        sample=config.subsampling,
        min_count=config.min_count,
        sg=int(config.objective is VectorObjective.SKIP_GRAM),
        seed=config.seed,
        workers=1,
        alpha=config.lr,
        min_alpha=min(LAST_RATE, config.lr),
    )
    model.build_vocab(sentences)
    different = len({word for sentence in sentences for word in sentence})
    if (words := len(model.wv)) < LEAST_WORDS:
        columns = " and ".join(map(repr, config.text_columns))
        raise DataError(
            f"text: in column {columns} {words} words occur at least {config.min_count} times, vectors need "
            f"{LEAST_WORDS} of them: bring more texts, or lower min_count."
        )
    return model, different - words


def _epoch(
    config: WordVectorsConfig, model: Any, sentences: list[list[str]], epoch: int, report: ProgressCallback
) -> float:
    """Train one epoch, in an order of its own; return the mean loss per word read."""
    order = np.random.default_rng((config.seed, epoch)).permutation(len(sentences))
    loss, words, all_texts = 0.0, 0, len(sentences) * config.epochs
    for start in range(0, len(sentences), CHUNK):
        done = (epoch - 1) * len(sentences) + start
        report("training vectors", done, all_texts)
        part = [sentences[i] for i in order[start : start + CHUNK]]
        rates = (_rate(config, share / all_texts) for share in (done, done + len(part)))
        read, _ = model.train(
            part,
            total_examples=len(part),
            epochs=1,
            start_alpha=next(rates),
            end_alpha=next(rates),
            compute_loss=True,
        )
        loss, words = loss + float(model.get_latest_training_loss()), words + read
    return loss / max(words, 1)


def _rate(config: WordVectorsConfig, done: float) -> float:
    return max(config.lr * (1 - done), min(LAST_RATE, config.lr))


def _watched(
    config: WordVectorsConfig, sentences: list[list[str]], table: VectorTable
) -> tuple[list[str], tuple[str, ...]]:
    """Return the words to watch, and those that were asked for and have no vector."""
    if config.watch:
        asked = [word.lower() for word in dict.fromkeys(config.watch)]
        return [w for w in asked if w in table.rows], tuple(w for w in asked if w not in table.rows)
    texts = [set(sentence) for sentence in sentences]
    frequent = (word for word in table.words if len(word) > 2 and word.isalpha())
    told = (word for word in frequent if sum(word in text for text in texts) <= COMMON * len(texts))
    return [word for _, word in zip(range(WATCHED), told, strict=False)], ()


def _neighbours(table: VectorTable, word: str, epoch: int) -> WordNeighbours:
    nearest, cosines = table.nearest(table.vectors[table.rows[word]], NEAREST, without=(word,))
    return WordNeighbours(epoch, word, nearest, tuple(round(cosine, 4) for cosine in cosines))


def _save(config: WordVectorsConfig, model: Any, table: VectorTable, folder: Path, texts: int) -> None:
    counts = np.array([model.wv.get_vecattr(word, "count") for word in table.words], dtype=np.float64)
    card = _CARD.format(objective=config.objective, width=config.width, column=config.text, texts=texts)
    with atomic_folder(folder / BACKBONE, checksums=True) as draft:
        save_word_vectors(WordVectors(table.words, table.vectors, counts / counts.sum()), draft, card)
