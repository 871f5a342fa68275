"""Rows without a label: the texts that can be learned from without leaking held-out ones."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import Cell, DataConfig, ProblemType, Split
from translearn_core.config.text_cells import text_cells
from translearn_core.data.columns import split_word
from translearn_core.data.splits.domain_rows import DOMAIN
from translearn_core.data.splits.time_split import parse_times
from translearn_core.data.targets.task_columns import LABEL_KEY
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun
from translearn_core.tasks import Target
from translearn_core.tasks.classes.labels import normalise_label
from translearn_core.tasks.normalisation import text_key, unordered_key
from translearn_core.tasks.splits import TRAIN
from translearn_core.tasks.task_rows import TaskRows

UNKNOWN = -1
"""Class of a text whose label is not known."""


@dataclass(frozen=True)
class UnlabelledTexts:
    """Texts without a label, and the true label of each for reports; an empty one is not known.

    `index` has the position of each in the table, `of_domains` the number of such texts in every domain.
    """

    texts: tuple[Cell, ...] = ()
    labels: tuple[str, ...] = ()
    index: tuple[int, ...] = ()
    of_domains: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, state: TaskRows) -> "UnlabelledTexts":
        """Return the texts of labelled rows, with their labels as what is not to be learned from."""
        target = state.target
        classes = target.problem is ProblemType.SINGLE_LABEL
        labels = [target.names[k] for k in target.values] if classes else [""] * len(state.rows)
        return cls(tuple(text_cells(state.rows)), tuple(labels), tuple(state.rows["index"]))

    def __add__(self, other: "UnlabelledTexts") -> "UnlabelledTexts":
        """Append the texts of `other`."""
        return UnlabelledTexts(
            (*self.texts, *other.texts),
            (*self.labels, *other.labels),
            (*self.index, *other.index),
            {**self.of_domains, **other.of_domains},
        )

    def classes(self, target: Target) -> NDArray[np.int64]:
        """Return the class of each text, `UNKNOWN` where the label is not known or no class of `target`."""
        index = {_label_key(name): number for number, name in enumerate(target.names)}
        codes = [index.get(_label_key(label), UNKNOWN) if label else UNKNOWN for label in self.labels]
        return np.array(codes, dtype=np.int64)


def _label_key(label: str) -> str:
    """Return the key that spellings of a label share: without case, and 1.0 as 1."""
    return text_key(normalise_label(label))


def unlabelled_texts(
    rows: pd.DataFrame, state: TaskRows, config: DataConfig
) -> tuple[UnlabelledTexts, tuple[Finding, ...]]:
    """Return the different texts of rows without a label that may train, and what to say of the others.

    Left out are texts that a labelled row has too, rows that share their group with a validation or test row
    or are assigned to one by the split column or `test_groups`, in a split by time those later than every
    training row or of unknown time, and rows of other domains than the target's if there is one.

    Parameters
    ----------
    rows : DataFrame
        `TaskColumns.unlabelled`.
    state : TaskRows
        Labelled rows with their split.
    config : DataConfig
    """
    if rows.empty:
        return UnlabelledTexts(), ()
    cells = text_cells(rows)
    keys = np.array([unordered_key(cell) for cell in cells], dtype=object)
    labelled = {unordered_key(cell) for cell in text_cells(state.rows)}
    fresh = ~pd.Series(keys).duplicated().to_numpy() & ~np.isin(keys, list(labelled))
    fresh &= ~_held_out(rows, state.rows, config)
    usable = fresh & _of_domain(rows, config)
    names = rows[LABEL_KEY] if LABEL_KEY in rows else [""] * len(rows)
    labels = [name.strip() if isinstance(name, str) else "" for name in names]
    chosen = np.flatnonzero(usable)
    texts = tuple(cells[i] for i in chosen)
    sentence = (
        f"{count_noun(len(texts), 'different text')} without a label can be learned from; the others repeat "
        f"a text, {_causes(config)}."
    )
    rest = finding("unlabelled-left-out", Severity.DETECTED, sentence)
    counts = Counter(map(str, rows.loc[fresh, DOMAIN])) if DOMAIN in rows else {}
    index = tuple(rows["index"].iloc[chosen])
    result = UnlabelledTexts(texts, tuple(labels[i] for i in chosen), index, counts)
    return result, () if usable.all() else (rest,)


def _causes(config: DataConfig) -> str:
    """Return why texts may be left out, besides that they repeat one."""
    causes = ["belong to validation or test"]
    if config.split.time is not None:
        causes.append("are later than the training rows or of unknown time")
    if config.domains is not None and config.domains.target:
        causes.append("are of another domain than the target")
    return f"{', '.join(causes[:-1])}{', ' * (len(causes) > 1)}or {causes[-1]}"


def _held_out(rows: pd.DataFrame, labelled: pd.DataFrame, config: DataConfig) -> NDArray[np.bool_]:
    """Whether each row belongs with validation or test rows."""
    held_out = labelled[labelled["split"] != TRAIN]
    mask = np.zeros(len(rows), dtype=np.bool_)
    if config.split.group is not None:
        groups = {*held_out["group"].dropna(), *config.split.test_groups}
        mask |= rows["group"].isin(groups).to_numpy()
    if config.split.column is not None:
        named = (split_word(str(cell)) if isinstance(cell, str) else None for cell in rows["given_split"])
        mask |= np.array([split not in (None, Split.TRAIN) for split in named], dtype=np.bool_)
    if config.split.time is not None:
        times, _ = parse_times(pd.concat([labelled["time"], rows["time"]], ignore_index=True))
        train = times[: len(labelled)][(labelled["split"] == TRAIN).to_numpy()]
        if np.isfinite(train).any():
            mask |= ~(times[len(labelled) :] <= np.nanmax(train))  # of unknown time too
    return mask


def _of_domain(rows: pd.DataFrame, config: DataConfig) -> NDArray[np.bool_]:
    """Whether each row is of the target domain, or of any where none is named."""
    domains = config.domains
    if domains is None or not domains.target:
        return np.ones(len(rows), dtype=np.bool_)
    return np.asarray(rows[DOMAIN].isin(domains.target), dtype=np.bool_)
