"""Task diagnosis: blocking problems, decisions to take, and token statistics."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig
from translearn_core.data.backbone_fit import unknown_tokens_finding
from translearn_core.data.columns import file_columns, looks_like_ids, profile, suggest_columns
from translearn_core.data.dataset import PreparedDataset, TokenStatistics
from translearn_core.data.near_duplicates import near_duplicates_finding
from translearn_core.data.pair_checks import pair_findings
from translearn_core.data.prepare import prepare
from translearn_core.data.task_shape import groups_finding, one_hot_finding, translations_finding
from translearn_core.errors import DataError
from translearn_core.results import Diagnosis, Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import quote, rounded_percent
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.joint_target import about
from translearn_core.tasks.splits import SPLITS

BINS = 30
"""Approximate number of bars in the length histogram."""


def diagnose(
    table: pd.DataFrame,
    config: DataConfig,
    statistics: TokenStatistics | None,
    earlier: Sequence[pd.DataFrame] = (),
) -> tuple[Diagnosis, PreparedDataset | None]:
    """Diagnose a table as a task.

    Parameters
    ----------
    table : DataFrame
        From `read_table`.
    config : DataConfig
        Columns, split and cleaning rules.
    statistics : TokenStatistics or None
        Token statistics of the texts, if known. If its lengths are those of the prepared rows, in the same
        order, findings on long texts carry row numbers.
    earlier : sequence of DataFrame
        Tables of earlier versions, see `prepare`.

    Returns
    -------
    diagnosis : Diagnosis
        Findings, most severe first; rows per class and split; lengths in tokens.
    prepared : PreparedDataset or None
        None if something blocks the task, which is then a finding and not an exception.
    """
    findings: list[Finding] = []
    prepared = None
    try:
        prepared = prepare(table, config, earlier=earlier)
    except DataError as error:
        findings.append(finding("unusable", Severity.BLOCKING, str(error)))
    findings += _column_findings(table, config)
    if prepared:
        findings += _task_findings(table, config, prepared)
    if statistics is not None:
        findings += [*unknown_tokens_finding(statistics), *truncation_finding(statistics, prepared)]
    findings.sort(key=lambda f: -list(Severity).index(f.severity))
    none = np.empty(0, dtype=np.int64), 0
    tokens, limit = none if statistics is None else (statistics.lengths, statistics.token_limit)
    return Diagnosis(
        findings=tuple(findings),
        classes=prepared.target.names if prepared else (),
        counts=counts_frame(prepared.for_target(0) if prepared else None),
        lengths=lengths_frame(tokens),
        tokens_per_text=float(np.minimum(tokens, limit).mean()) if len(tokens) else 0.0,
        unknown_share=statistics.unknown_share if statistics is not None else 0.0,
        pieces_per_word=statistics.pieces_per_word if statistics is not None else 0.0,
        cut_share=float((tokens > limit).mean()) if len(tokens) else 0.0,
        token_limit=limit,
        problem=config.problem,
        split_rows=tuple(np.bincount(prepared.split, minlength=len(SPLITS)).tolist()) if prepared else (),
        words_per_text=prepared.words_per_text if prepared else 1.0,
        further_outputs=sum(target.n_outputs for target in prepared.targets[1:]) if prepared else 0,
        unlabelled=len(prepared.unlabelled) if prepared else 0,
        known_labels=int(np.count_nonzero(prepared.unlabelled_key >= 0)) if prepared else 0,
        domain_rows=prepared.domain_rows if prepared else (),
        sufficient_limit=sufficient_limit(tokens),
    ), prepared


def _target_findings(prepared: PreparedDataset) -> list[Finding]:
    """Report unusual values of each target."""
    if len(prepared.targets) == 1:
        return prepared.problem.findings(prepared.target, prepared.split)
    parts = [prepared.for_target(index) for index in range(len(prepared.targets))]
    by_target = (about(part.target, part.problem.findings(part.target, part.split)) for part in parts)
    return [finding for findings in by_target for finding in findings]


def counts_frame(prepared: PreparedDataset | None) -> pd.DataFrame:
    """Return rows per class and split, columns label, train, validation, test."""
    if prepared is not None:
        return prepared.problem.count_rows(prepared.target, prepared.split)
    counts = {str(split): pd.Series(dtype=np.int64) for split in SPLITS}
    return pd.DataFrame({"label": pd.Series(dtype=object)} | counts)


def lengths_frame(tokens: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pd.DataFrame:
    """Return a histogram of about `BINS` equal bins, columns tokens_from, tokens_to (inclusive), texts."""
    if not len(tokens):
        return pd.DataFrame(
            {name: pd.Series(dtype=np.int64) for name in ("tokens_from", "tokens_to", "texts")}
        )
    low, high = int(tokens.min()), int(tokens.max())
    width = max(1, -(-(high - low + 1) // BINS))
    starts = np.arange(low, high + 1, width)
    texts = np.bincount((tokens - low) // width, minlength=len(starts))
    return pd.DataFrame({"tokens_from": starts, "tokens_to": starts + width - 1, "texts": texts})


def _column_findings(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Return the findings on the chosen columns."""
    return [*_id_finding(table, config), *_cell_findings(table, config), *one_hot_finding(table, config)]


def _task_findings(table: pd.DataFrame, config: DataConfig, prepared: PreparedDataset) -> list[Finding]:
    """Return the findings on the prepared rows, their targets and splits."""
    return [
        *prepared.findings,
        *_target_findings(prepared),
        *(translations_finding(table, config, prepared) or groups_finding(table, config, prepared)),
        *near_duplicates_finding(prepared),
        *pair_findings(prepared),
    ]


def _id_finding(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Report text columns that look like ids."""
    names = [name for name in config.text_columns if name in file_columns(table)]
    findings = []
    for name in names:
        if not looks_like_ids(cells := table[name].dropna()):
            continue
        better = suggest_columns(profile(table), table).text
        hint = f": {quote(better)} reads like text." if better and better not in names else "."
        sentence = (
            f"Column {quote(name)} looks like ids, such as {quote(cells.iloc[0])}, not like texts{hint}"
        )
        advice = "Choose the column that holds the texts."
        findings.append(finding("text-looks-like-ids", Severity.WARNING, sentence, advice=advice))
    return findings


def _cell_findings(table: pd.DataFrame, config: DataConfig) -> list[Finding]:
    """Report target columns whose cells look like another problem type's."""
    findings: list[Finding] = []
    for target in config.targets:
        if target.column in table and not target.columns and target.separator is None:
            findings += PROBLEMS[target.problem].cell_findings(table[target.column], target.column)
    return findings


def sufficient_limit(lengths: NDArray[np.int64]) -> int:
    """Return the token limit, a multiple of 8, with which 99 % of the texts stay whole; 0 without texts."""
    return int(np.ceil(np.quantile(lengths, 0.99) / 8) * 8) if len(lengths) else 0


def truncation_finding(statistics: TokenStatistics, prepared: PreparedDataset | None) -> list[Finding]:
    """Return the finding on texts longer than the token limit, if any."""
    limit, lengths = statistics.token_limit, statistics.lengths
    cut = lengths > limit
    if not cut.any():
        return []
    share = float(cut.mean())
    rows = prepared.rows[cut] if prepared and len(prepared.rows) == len(lengths) else ()
    sufficient = sufficient_limit(lengths)
    advice = (
        f"With a limit of {sufficient:,} tokens 99 % of the texts stay whole, and training takes longer."
        if sufficient > limit
        else None
    )
    sentence = (
        f"{rounded_percent(share)} of the texts are longer than {limit:,} tokens and are cut there; the "
        f"longest has {lengths.max():,}."
    )
    severity = Severity.DECISION if share > 0.01 else Severity.DETECTED
    return [
        Finding(
            "cut-texts", severity, sentence, tuple(int(r) for r in rows[:50]), int(cut.sum()), None, advice
        )
    ]
