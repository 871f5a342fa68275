"""Workload: the number of texts that a run trains on, validates and tests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Self

from translearn_core.config import DataConfig, DomainConfig, Split
from translearn_core.results.table_profile import Diagnosis, DomainRows


@dataclass(frozen=True)
class Workload:
    """Size of a task: training, validation and test rows, tokens per text, outputs of all heads.

    Rows that are words have so many `words_per_text` in a sentence, which is the text that is computed.
    `unlabelled` are texts that can be learned from without labels; `target_train` and `target_validation` are
    those of the rows that belong to a target domain beside a source.
    """

    train: int
    validation: int
    test: int
    tokens_per_text: float
    n_outputs: int
    words_per_text: float = 1.0
    unlabelled: int = 0
    target_train: int = 0
    target_validation: int = 0

    def texts(self, rows: int) -> int:
        """Return the number of texts of so many rows: sentences if the rows are words."""
        return ceil(rows / self.words_per_text)

    @classmethod
    def of(cls, diagnosis: Diagnosis, data: DataConfig | None = None) -> Self:
        """Return the size of a diagnosed task; of the domains that `data` select, if they are counted."""
        rows = diagnosis.rows
        train, validation, test = (rows[str(split)] for split in Split)
        whole = cls(
            train,
            validation,
            test,
            diagnosis.tokens_per_text,
            len(diagnosis.classes) + diagnosis.further_outputs,
            diagnosis.words_per_text,
            diagnosis.unlabelled,
        )
        domains = None if data is None else data.domains
        if domains is None or not (domains.selects and diagnosis.domain_rows):
            return whole
        return replace(whole, **_of_domains(diagnosis.domain_rows, domains))


def _of_domains(rows: Sequence[DomainRows], domains: DomainConfig) -> dict[str, int]:
    """Return the rows of the domains that a run learns from and is tested on, as fields of a workload."""
    source = [one for one in rows if one.name in domains.source or not domains.source]
    target = [one for one in rows if one.name in domains.target or not domains.target]
    extra = [one for one in target if one not in source]  # outside the source: their labels are counted
    limit = domains.target_labels
    available = sum(one.train for one in extra), sum(one.validation for one in extra)
    train, validation = (count if limit is None else min(limit, count) for count in available)
    texts = sum(one.unlabelled for one in target)
    return {
        "train": train + domains.use_source * sum(one.train for one in source),
        "validation": validation + domains.use_source * sum(one.validation for one in source),
        "test": sum(one.test for one in target),
        "unlabelled": texts + (available[0] - train if domains.target else 0),
        "target_train": train,
        "target_validation": validation,
    }
