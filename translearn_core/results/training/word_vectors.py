"""Word vectors trained here: loss, neighbours as they settle, analogies."""

from dataclasses import dataclass

import pandas as pd

LEAST_WORDS = 20
"""Least number of different words that get a vector."""
NEAREST = 5
"""Neighbours noted of a word."""


@dataclass(frozen=True)
class WordNeighbours:
    """Nearest words of `word` after an epoch, by cosine, the nearest first."""

    epoch: int
    word: str
    nearest: tuple[str, ...]
    cosines: tuple[float, ...]


@dataclass(frozen=True)
class Analogy:
    """`first` is to `second` as `third` is to `expected`; `found` is the nearest word to the sum."""

    first: str
    second: str
    third: str
    expected: str
    found: str

    @property
    def solved(self) -> bool:
        """Whether the expected word was found."""
        return self.found == self.expected


@dataclass(frozen=True)
class WordVectorTraining:
    """Training of word vectors.

    Attributes
    ----------
    texts, tokens : int
        Distinct texts, and their words.
    words, rare : int
        Words with a vector, and words that were too rare for one.
    losses : tuple of float
        Mean negative-sampling loss of each epoch, in nats per word read.
    neighbours : tuple of WordNeighbours
        Of the watched words, after every epoch.
    analogies : tuple of Analogy
        Those whose words all have a vector.
    missing : tuple of str
        Words that were to be watched and have no vector.
    """

    texts: int
    tokens: int
    words: int
    rare: int
    width: int
    losses: tuple[float, ...]
    neighbours: tuple[WordNeighbours, ...]
    analogies: tuple[Analogy, ...]
    missing: tuple[str, ...]
    seconds: float

    def frame(self) -> pd.DataFrame:
        """Return one row per epoch: epoch, loss."""
        return pd.DataFrame({"epoch": range(1, len(self.losses) + 1), "loss": self.losses})

    def neighbour_frame(self) -> pd.DataFrame:
        """Return one row per epoch, word and neighbour: epoch, word, rank, neighbour, cosine."""
        rows = [
            (one.epoch, one.word, rank, near, cosine)
            for one in self.neighbours
            for rank, (near, cosine) in enumerate(zip(one.nearest, one.cosines, strict=True), 1)
        ]
        return pd.DataFrame(rows, columns=["epoch", "word", "rank", "neighbour", "cosine"])

    def settled(self) -> tuple[float, ...]:
        """Return, by epoch, the mean share of the watched words' last neighbours that were theirs already."""
        by_epoch: dict[int, dict[str, frozenset[str]]] = {}
        for one in self.neighbours:
            by_epoch.setdefault(one.epoch, {})[one.word] = frozenset(one.nearest)
        if not by_epoch:
            return ()
        last = by_epoch[max(by_epoch)]
        shares = (
            [len(near & last[word]) / max(len(last[word]), 1) for word, near in words.items()]
            for words in by_epoch.values()
        )
        return tuple(sum(share) / len(share) for share in shares)

    def settling_frame(self) -> pd.DataFrame:
        """Return one row per watched word: its neighbours after the first, the middle and the last epoch."""
        last = len(self.losses)
        epochs = dict.fromkeys((1, max(1, last // 2), last))
        rows: dict[str, dict[str, str]] = {}
        for one in self.neighbours:
            if one.epoch in epochs:
                cells = rows.setdefault(one.word, {"word": one.word})
                cells[f"nearest after epoch {one.epoch}"] = ", ".join(one.nearest)
        return pd.DataFrame(list(rows.values()))

    def analogy_frame(self) -> pd.DataFrame:
        """Return one row per analogy: its words, the word found, whether it is the expected one."""
        rows = [(a.first, a.second, a.third, a.expected, a.found, a.solved) for a in self.analogies]
        return pd.DataFrame(rows, columns=["first", "second", "third", "expected", "found", "solved"])
