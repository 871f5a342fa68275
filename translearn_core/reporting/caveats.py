"""What a reader must know before believing a report: one rule a function, which applies or says nothing."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import RECIPES, ExperimentConfig, RecipeName, Split
from translearn_core.reporting.formatting import percent
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Comparison, Diagnosis, ProbeScores, Severity
from translearn_core.results.evaluation import SMALL_TEST_SET, small_test_set_note

FEW_SEEDS = 3
"""Fewer seeds give no interval over seeds."""
UNEVEN = 3.0
"""The commonest class has so many times the rows of the rarest: accuracy speaks of the common ones."""
CUT = 0.05
"""More texts than this share were cut at the token limit."""
REPORTED_CODES = (Severity.WARNING, Severity.DECISION, Severity.BLOCKING)
WEAKENING_CODES = ("leaks", "duplicates-dropped", "conflicts-dropped", "rare-dropped", "rare-merged")
"""Findings that are told though they were mended."""


def caveats(about: ReportData) -> tuple[str, ...]:
    """Return every caveat that applies, each once."""
    return tuple(dict.fromkeys(sentence for rule in RULES for sentence in rule(about)))


def few_test_rows(about: ReportData) -> list[str]:
    """Tell where small differences cannot show."""
    compared = about.result(Comparison)
    if about.evaluation is not None and (test := about.evaluation.metrics.get(str(Split.TEST))):
        rows = test.n
    elif compared is not None:
        rows = compared.test_rows
    else:
        return []
    return [few] if (few := small_test_set_note(rows)) else []


def few_seeds(about: ReportData) -> list[str]:
    """Tell where chance of the training itself is not in the intervals."""
    said = []
    if about.evaluation is not None:
        said.append(
            "One seed: the intervals tell what other test rows would change; what another seed would change "
            "is not in them."
        )
    compared = about.result(Comparison)
    few = [cell.name for cell in compared.cells if cell.runs < FEW_SEEDS] if compared else []
    if few:
        said.append(
            f"{len(few)} of the {len(compared.cells) if compared else 0} ways compared have fewer than "
            f"{FEW_SEEDS} seeds: their intervals are over test rows, not over seeds."
        )
    return said


def uneven_classes(about: ReportData) -> list[str]:
    """Tell where accuracy hides the rare classes."""
    rows = _test_rows(about)
    rows = rows[rows > 0]
    if len(rows) < 2 or rows.max() < UNEVEN * rows.min():
        return []
    times = rows.max() / rows.min()
    return [
        f"The classes are uneven: the commonest has {times:.0f} times the test rows of the rarest. Accuracy "
        "speaks mostly of the common ones; read macro-F1, which counts all classes alike."
    ]


def untested_classes(about: ReportData) -> list[str]:
    """Tell where a class has no test row."""
    none = int(np.count_nonzero(_test_rows(about) == 0))
    return [f"{none} of the classes have no test row, so nothing is known about them."] if none else []


def unfinished(about: ReportData) -> list[str]:
    """Tell where a study was not carried through."""
    compared, total = about.result(Comparison), len(about.planned)
    done = sum(cell.runs for cell in compared.cells) if compared else 0
    if not 0 < done < total:
        return []
    return [f"Only {done:,} of the study's {total:,} runs are finished: what the others say is not in it."]


def findings(about: ReportData) -> list[str]:
    """Tell what was found in the data that weakens the answer, leakage and repeats among it."""
    diagnosis = about.result(Diagnosis)
    if diagnosis is None:
        return []
    return [
        f"About the data: {finding.sentence}"
        for finding in diagnosis.findings
        if finding.severity in REPORTED_CODES or finding.code in WEAKENING_CODES
    ]


def cut_texts(about: ReportData) -> list[str]:
    """Tell where texts were not read to their end."""
    diagnosis = about.result(Diagnosis)
    if diagnosis is None or diagnosis.cut_share <= CUT:
        return []
    return [
        f"{percent(diagnosis.cut_share)} of the texts are longer than {diagnosis.token_limit} tokens; the "
        "model never saw what came after."
    ]


def chosen_on_validation(about: ReportData) -> list[str]:
    """Tell what was chosen on which rows."""
    if about.evaluation is None or (held := about.evaluation.metrics.get(str(Split.VALIDATION))) is None:
        return []
    hedge = ", which are few: another choice could have done as well" if held.n < SMALL_TEST_SET else ""
    return [
        f"The epoch that was kept was chosen on {held.n:,} validation rows{hedge}. Scores on validation are "
        "therefore optimistic; believe those on test."
    ]


def optimistic_probes(about: ReportData) -> list[str]:
    """Tell that a fine-tuned model's cross-validation has seen its labels."""
    probes = about.result(ProbeScores)
    if probes is None or "fine-tuned" not in probes.variants:
        return []
    return [
        "Cross-validated probes of the fine-tuned model are optimistic, because it was trained on those very "
        "labels; their test scores are not."
    ]


def had_help(about: ReportData) -> list[str]:
    """Tell what else the run, or the runs of a study, learned from."""
    config, said = about.config, []
    copies = config.augment.copies if config is not None else 0
    if about.study is not None:
        copies = max((one.config.augment.copies for one in about.planned), default=0)
    if copies:
        said.append(f"Every training text was added {copies} times more in altered copies.")
    if taught := {one.cell["recipe"] for one in about.planned if one.config.distil is not None}:
        names = ", ".join(
            RECIPES[RecipeName(name)].title if name in RECIPES else name for name in sorted(taught)
        )
        said.append(f"{names} had a teacher: what that one had learned counts there.")
    if isinstance(config, ExperimentConfig) and config.distil is not None:
        said.append("The run had a teacher: what that one had learned counts for the run here.")
    if isinstance(config, ExperimentConfig) and config.continues is not None:
        said.append("The run goes on from another one: what that one had learned counts for the run here.")
    return said


def _test_rows(about: ReportData) -> NDArray[np.int64]:
    """Return how many test rows each class has, as the run was scored or else as the data were dealt."""
    diagnosis = about.result(Diagnosis)
    if about.evaluation is not None:
        rows = about.evaluation.confusion.sum(axis=1)
    else:
        rows = () if diagnosis is None else diagnosis.counts[str(Split.TEST)]
    return np.asarray(rows, dtype=np.int64)


RULES: tuple[Callable[[ReportData], list[str]], ...] = (
    few_test_rows,
    few_seeds,
    unfinished,
    findings,
    uneven_classes,
    untested_classes,
    chosen_on_validation,
    cut_texts,
    optimistic_probes,
    had_help,
)
"""Every rule, the weightiest first."""
