"""Predictions of a finished run on new texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import Cell, ProblemType, TableKind
from translearn_core.config.text_cells import text_columns
from translearn_core.results.format import count_noun, cut, percent, quote
from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.labels.label_sets import parse_label_sets
from translearn_core.results.table_profile import FileFormat


@dataclass(frozen=True)
class Prediction:
    """Predictions of typed texts or pairs, and the nearest training texts of each.

    `outputs`, shape (texts, outputs), are probabilities or values of the outputs `names`; `decoded` has one
    row per text, the columns of `Problem.decode`. `neighbours` has text (index of the typed text), similarity
    (cosine), neighbour (of pairs also neighbour_pair), label, row.
    """

    texts: tuple[Cell, ...]
    names: tuple[str, ...]
    problem: ProblemType
    outputs: NDArray[np.float32] = field(compare=False)
    decoded: pd.DataFrame = field(compare=False)
    neighbours: pd.DataFrame = field(compare=False)

    def predicted_outputs(self, text: int) -> NDArray[np.bool_]:
        """Return which outputs are predicted for text number `text`; of several labels any number."""
        predicted = self.decoded["predicted"].iloc[text]
        if self.problem is ProblemType.MULTI_LABEL:
            mask: NDArray[np.bool_] = parse_label_sets(self.names, np.array([predicted], dtype=object))[0]
            return mask
        return np.array([name == predicted for name in self.names], dtype=np.bool_)

    def frame(self) -> pd.DataFrame:
        """Return one row per text and output, the highest first: text, label, probability (or value).

        Of pairs also text_pair.
        """
        value = "probability" if "confidence" in self.decoded else "value"
        order = np.argsort(-self.outputs, axis=1, kind="stable")
        texts = pd.DataFrame(text_columns(self.texts)).loc[np.repeat(np.arange(len(order)), order.shape[1])]
        labels = np.asarray(self.names, dtype=object)[order.ravel()]
        outputs = np.take_along_axis(self.outputs, order, axis=1).ravel().astype(np.float64)
        return texts.assign(**{"label": labels, value: outputs}).reset_index(drop=True)


@dataclass(frozen=True)
class Occlusion:
    """Prediction of one text and the importance of its words, by leaving out one word at a time.

    `words` has word, importance, control, of a pair also side (1 or 2): by how much the log-odds of the
    predicted class, or the number, fall without the word, in the run and in its control from random weights
    (NaN without one). `control_predicted` and `control_probability` are that model's own prediction.
    Probabilities are None for a number.
    """

    text: str
    predicted: str
    probability: float | None
    words: pd.DataFrame = field(compare=False)
    control_predicted: str | None = None
    control_probability: float | None = None

    def frame(self) -> pd.DataFrame:
        """Return one row per word in the order of the text."""
        return self.words


@dataclass(frozen=True)
class NeighbourBank:
    """Vectors of training texts, shape (texts, width), and their lines in the run's predictions."""

    vectors: NDArray[np.float16] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per text."""
        return pd.DataFrame({"line": self.index})


@dataclass(frozen=True)
class ReviewThreshold:
    """Confidence below which predictions are to be reviewed, chosen on validation and measured on test rows.

    `threshold` is None if none reaches the wished `precision` on the `n_validation` rows. `validation` is the
    precision of the validation rows at or above it; `coverage` is the share of such test rows, `test` their
    precision.
    """

    precision: float
    threshold: float | None
    n_validation: int
    n_test: int
    validation: Estimate
    coverage: Estimate
    test: Estimate

    @property
    def summary(self) -> str:
        """Describe the threshold, and what it does on test rows."""
        rows = count_noun(self.n_validation, "validation row")
        if self.threshold is None:
            return (
                f"No confidence threshold reaches a precision of {percent(self.precision)} on "
                f"{rows}, so every row is marked for review: ask for a lower precision."
            )
        chosen = (
            f"Rows below a confidence of {percent(self.threshold)} are marked for review: the lowest "
            f"threshold whose precision on {rows} is at least {percent(self.precision)}."
        )
        if not self.n_test:
            return f"{chosen} There are no test rows to measure it on."
        coverage = f"{percent(self.coverage.value)} are at or above it ({self.coverage.percent_range})"
        precision = (
            f", and {percent(self.test.value)} of these are right ({self.test.percent_range})"
            if self.coverage.value
            else ""
        )
        return f"{chosen} Of {count_noun(self.n_test, 'test row')}, {coverage}{precision}."


@dataclass(frozen=True)
class FilePrediction:
    """Table of a file with the columns of its predictions appended.

    `added` names these columns; `characters` are those of the table beyond ASCII; `counts` has label, rows;
    `review` is the threshold of the column review, `to_review` the number of rows marked there.
    """

    rows: int
    text: str
    added: tuple[str, ...]
    characters: str
    table: pd.DataFrame = field(compare=False)
    counts: pd.DataFrame = field(compare=False)
    review: ReviewThreshold | None = None
    to_review: int = 0

    @classmethod
    def joined(cls, parts: Mapping[str, "FilePrediction"]) -> Self:
        """Return the predictions of several targets of the same rows, each column named after its target.

        Counts and review are those of the first.
        """
        first = next(iter(parts.values()))
        table = first.table.drop(columns=list(first.added))
        names: list[str] = []
        for target, part in parts.items():
            for name in part.added:
                new = f"{name}_{target}"
                while new in table:
                    new = f"{new}_"
                table[new] = part.table[name]
                names.append(new)
        characters = {*"".join(part.characters for part in parts.values())}
        characters |= {sign for name in names for sign in name if not sign.isascii()}
        return cls(
            first.rows, first.text, tuple(names), "".join(sorted(characters)), table, first.counts,
            first.review, first.to_review,
        )  # fmt: skip

    @property
    def classified(self) -> int:
        """Number of rows with a text, which have a prediction."""
        return int(self.table[self.added[0]].notna().sum())

    @property
    def blank(self) -> int:
        """Number of rows without a text, which have no prediction."""
        return self.rows - self.classified

    def written_as(self, form: FileFormat, kind: TableKind) -> FileFormat:
        """Return the format of the table as a file of `kind`, for a file that came in the format `form`.

        New columns of text are quoted if the file's are, new numbers if all of its columns are.
        """
        new, style = form.written_as(kind), form.style
        if not style.quoted:
            return new
        numbers = {*self.table.select_dtypes("number")}
        everything = {*style.quoted} >= {*self.table} - {*self.added}
        quoted = [name for name in self.added if everything or name not in numbers]
        return replace(new, style=replace(new.style, quoted=(*style.quoted, *quoted)))

    def encoding_note(self, form: FileFormat) -> str:
        """Return a sentence if the file's encoding cannot hold the table, else an empty string."""
        lacking = form.unencodable(self.characters)
        if not lacking:
            return ""
        return (
            f"The encoding of the file, {form.encoding}, lacks {quote(cut(lacking, 20))}: the table is "
            "written in UTF-8."
        )

    def frame(self) -> pd.DataFrame:
        """Return the whole table."""
        return self.table
