"""Rows of a task during preparation, with their target and the findings on them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import by_part, finding
from translearn_core.results.format import count_noun, was_or_were
from translearn_core.tasks.splits import TEST
from translearn_core.tasks.target import Target

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TaskRows:
    """Rows of a task during preparation.

    `rows` has text, key (equal for equal normalised texts), split (index into `SPLITS`; train where the split
    is still to be drawn), row and part; `target` has one value per row.
    """

    rows: pd.DataFrame
    target: Target
    findings: tuple[Finding, ...] = ()

    def with_findings(self, *findings: Finding) -> "TaskRows":
        """Return the same rows with more findings."""
        return replace(self, findings=(*self.findings, *findings))

    def keep(self, mask: Mask) -> "TaskRows":
        """Return the rows under `mask` only."""
        if mask.all():
            return self
        rows = self.rows[mask].reset_index(drop=True)
        return replace(self, rows=rows, target=self.target.select(mask))

    def drop_or_offer(
        self,
        mask: Mask,
        config: DataConfig,
        fix: CleaningRule,
        code: str,
        predicates: tuple[str, str],
        advice: str,
    ) -> "TaskRows":
        """Drop the rows under `mask` if `fix` is configured, else offer it; rows of a given test split stay.

        `predicates` are the verb phrases of these rows in messages, in singular and plural.
        """
        decided, in_test = fix in config.cleaning, (self.rows["split"] == TEST).to_numpy()
        findings = []
        for where, numbers in by_part(self.rows, mask & ~in_test):
            sentence = f"{count_noun(len(numbers), 'row')}{where} {predicates[len(numbers) > 1]}"
            if decided:
                sentence += f" and {was_or_were(len(numbers))} left out."
                findings.append(
                    finding(f"{code}-dropped", Severity.FIXED, sentence, numbers, cleaning_rule=fix)
                )
            else:
                offer = finding(
                    code, Severity.DECISION, f"{sentence}.", numbers, cleaning_rule=fix, advice=advice
                )
                findings.append(offer)
        for where, numbers in by_part(self.rows, mask & in_test):
            count = count_noun(len(numbers), "row")
            sentence = f"{count}{where} {predicates[len(numbers) > 1]}; a given test stays as it is."
            findings.append(finding(f"{code}-in-test", Severity.DETECTED, sentence, numbers))
        state = self.with_findings(*findings)
        return state.keep(~mask | in_test) if decided else state
