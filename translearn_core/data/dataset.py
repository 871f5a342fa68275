"""Prepared datasets: texts, targets and splits of one task."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Cell, Split
from translearn_core.results import DomainRows, Finding
from translearn_core.tasks import PROBLEMS, JointTarget, Problem, Target, problem_of
from translearn_core.tasks.joint_target import compact
from translearn_core.tasks.splits import SPLITS


@dataclass(frozen=True)
class PreparedDataset:
    """Training, validation and test rows of one task, or of several that share them.

    `split` indexes `SPLITS`; `rows` are 1-based row numbers in each row's own file, `table_index` positions
    in the table. These, `texts` (texts or pairs of texts), `domain` (names; None without domains) and the
    values of each target have one entry per row. No normalised text or pair is in two splits. `unlabelled`
    are texts to learn from without labels, of the target domain if there is one, `unlabelled_index` their
    positions in the table; `unlabelled_key` is the class of each where it is known, else -1, and is for
    reports alone. `domain_rows` counts the rows of every domain, also of those that are neither learned from
    nor tested on.
    """

    targets: tuple[Target, ...]
    texts: tuple[Cell, ...]
    split: NDArray[np.int64] = field(compare=False)
    rows: NDArray[np.int64] = field(compare=False)
    findings: tuple[Finding, ...] = ()
    table_index: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64), compare=False)
    domain: NDArray[np.object_] | None = field(default=None, compare=False)
    unlabelled: tuple[Cell, ...] = ()
    unlabelled_key: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64), compare=False)
    unlabelled_index: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64), compare=False)
    domain_rows: tuple[DomainRows, ...] = ()

    @property
    def target(self) -> Target:
        """The first target."""
        return self.targets[0]

    @property
    def problem(self) -> Problem:
        """Problem type of the first target."""
        return PROBLEMS[self.target.problem]

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of a single-label target."""
        return self.target.names

    @property
    def labels(self) -> NDArray[np.int64]:
        """Class index of each row, of a single-label target."""
        return np.asarray(self.target.values, dtype=np.int64)

    @property
    def strata(self) -> NDArray[np.int64]:
        """Stratum of each row, for samples and folds."""
        target = self.target if len(self.targets) == 1 else JointTarget.of(self.targets)
        return problem_of(target).strata(target)

    def for_target(self, index: int) -> "PreparedDataset":
        """Return the rows that have a value of one target, with this target alone."""
        target = self.targets[index]
        if (known := target.known) is None:
            return replace(self, targets=(target,))
        return replace(
            self,
            targets=(compact(target),),
            texts=tuple(text for text, one in zip(self.texts, known, strict=True) if one),
            split=self.split[known],
            rows=self.rows[known],
            table_index=self.table_index[known],
            domain=None if self.domain is None else self.domain[known],
        )

    @property
    def words_per_text(self) -> float:
        """Mean number of rows of a sentence if they are words, else 1."""
        number = self.target.sentence
        return 1.0 if number is None or not len(number) else len(number) / len(np.unique(number))

    def split_indices(self, split: Split) -> NDArray[np.int64]:
        """Indices of the rows of one split, in file order."""
        return np.flatnonzero(self.split == SPLITS.index(split))


@dataclass(frozen=True)
class TokenStatistics:
    """Statistics of the texts under one tokenizer.

    `lengths` are tokens per text, special tokens included, not truncated; shares are in [0, 1]. With
    `whole_words` tokens are words, and unknown ones are left out.
    """

    backbone: str
    token_limit: int
    unknown_share: float
    pieces_per_word: float
    lengths: NDArray[np.int64] = field(compare=False)
    whole_words: bool = False
