"""Diagnosis of a table as a classification task."""

from dataclasses import replace

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerFast

from translearn_core.analysis.language_id import NAMES, guess_languages, main_language, sure_languages
from translearn_core.backbones import load_tokenizer, token_statistics
from translearn_core.backbones.metadata import languages_of
from translearn_core.config import BackboneConfig, Cell, DataConfig
from translearn_core.config.domains import MAX_DOMAINS
from translearn_core.config.text_cells import SENTENCE, TEXT, TEXT_PAIR, split_sides, text_cells
from translearn_core.data import diagnose
from translearn_core.data.backbone_fit import (
    language_finding,
    languages_finding,
    unknown_domains_finding,
    unknown_tokens_finding,
)
from translearn_core.data.columns import DOMAIN_ROWS, file_columns
from translearn_core.data.tokens.sentences import sentence_columns
from translearn_core.errors import DataError
from translearn_core.jobs import DiagnoseConfig
from translearn_core.jobs.tables import TextCheckConfig
from translearn_core.results import Finding, TextCheck
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table, load_versions
from translearn_core.worker.process.read_budget import read_budget

SAMPLE, SAMPLE_CHARACTERS = 400, 300
"""Texts whose language is identified, and their characters that are read."""
LEAST_SHARE = 0.02
"""Share of the sample from which a language is one of several."""
FOLLOWS = 0.8
"""Share of the errors that a column leaves out if it tells the languages apart."""
MAX_SAMPLED = 100
"""Most texts of a domain that are split into tokens to see whether the backbone reads it."""


def diagnose_task(context: Context[DiagnoseConfig]) -> None:
    """Check a table for problems, with token statistics of the chosen backbone."""
    config = context.config
    context.report("reading the file")
    table, earlier = load_versions(context.store.workspace, config.data.dataset)
    for name in config.data.text_columns:
        if name not in table.columns:
            raise DataError(f"There is no column {name!r} in this file: choose the text column again.")
    texts = _texts(table, config.data)
    context.report("splitting texts into tokens")
    tokenizer = None if config.backbone.is_tfidf else load_tokenizer(config.backbone)
    with read_budget(context.store.workspace.sources(config.data.dataset).values()):
        statistics = token_statistics(tokenizer, texts, config.token_limit) if texts and tokenizer else None
        context.report("checking texts and labels")
        diagnosis, _ = diagnose(table, config.data, statistics, earlier)
    column = config.data.text if config.data.sentence is None else None
    languages = _languages(table, column, config.backbone, texts)
    if tokenizer is not None and config.data.domains is not None:
        languages += unknown_domains_finding(
            _unknown_by_domain(table, config, tokenizer), config.backbone.label
        )
    artifacts.save(context.folder, replace(diagnosis, findings=(*diagnosis.findings, *languages)))


def check_texts(context: Context[TextCheckConfig]) -> None:
    """Check the texts of a table for what the backbone does not read."""
    config, column = context.config, context.config.text
    context.report("reading the file")
    table = load_table(context.store.workspace, config.dataset)
    if column not in table.columns:
        raise DataError(f"There is no column {column!r} in this file: choose the text column again.")
    texts: list[Cell] = [str(cell) for cell in table[column].dropna()]
    findings = _languages(table, column, config.backbone, texts)
    if texts and not config.backbone.is_tfidf:
        context.report("splitting texts into tokens")
        with read_budget(context.store.workspace.sources(config.dataset).values()):
            statistics = token_statistics(load_tokenizer(config.backbone), texts, 0)
        findings += unknown_tokens_finding(statistics)
    artifacts.save(context.folder, TextCheck(tuple(findings)))


def _languages(
    table: pd.DataFrame, text: str | None, backbone: BackboneConfig, texts: list[Cell]
) -> list[Finding]:
    """Return the finding on the languages of the texts, or on the main one.

    `text` is their column, None if rows are words.
    """
    reads = [] if backbone.is_tfidf else [NAMES.get(code, code) for code in languages_of(backbone)]
    if text is not None and (several := _several_languages(table, text)) is not None:
        shares, column = several
        names = {NAMES.get(code, code): share for code, share in shares.items()}
        return [languages_finding(names, min(SAMPLE, len(texts)), backbone.label, reads, column)]
    if (main := main_language(split_sides(texts))) is None:
        return []
    code, share = main
    return [language_finding(NAMES[code], share, backbone.label, reads)]


def _several_languages(table: pd.DataFrame, text: str) -> tuple[dict[str, float], str | None] | None:
    """Return the shares of the languages in a sample of the texts, and the column that tells them apart.

    None if fewer than two languages have a number of texts that makes them domains.
    """
    cells = table[text].dropna()
    cells = cells.sample(min(SAMPLE, len(cells)), random_state=0)
    codes, confidence = guess_languages([str(cell)[:SAMPLE_CHARACTERS] for cell in cells])
    fewest = max(2, round(LEAST_SHARE * len(cells)), round(DOMAIN_ROWS * len(cells) / max(1, len(table))))
    languages = sure_languages(codes, confidence, fewest)
    if len(languages) < 2:
        return None
    in_languages = np.isin(codes, languages)
    of_texts = pd.Series(codes[in_languages], index=cells.index[in_languages])
    shares = of_texts.value_counts(normalize=True)
    return {str(code): float(share) for code, share in shares.items()}, _column_of(table, of_texts)


def _column_of(table: pd.DataFrame, languages: "pd.Series[str]") -> str | None:
    """Return the column from whose values the language follows, if there is one.

    It leaves out most of the errors that the most frequent language makes as a guess (Goodman and Kruskal's
    lambda).
    """
    most = int(languages.value_counts().max())
    for column in file_columns(table):
        cells = table.loc[languages.index, column]
        if 2 <= table[column].nunique() <= MAX_DOMAINS and cells.notna().mean() >= FOLLOWS:
            right = int(pd.crosstab(cells, languages).max(axis=1).sum())
            if right - most >= FOLLOWS * (len(languages) - most):
                return column
    return None


def _unknown_by_domain(
    table: pd.DataFrame, config: DiagnoseConfig, tokenizer: PreTrainedTokenizerFast
) -> dict[str, float]:
    """Return the share of unknown tokens of each domain, of a sample of its texts."""
    domains, data = config.data.domains, config.data
    assert domains is not None
    if domains.column not in table.columns or data.text not in table.columns:
        return {}
    rows = table[[domains.column, data.text]].dropna().astype(str)
    return {
        str(name): token_statistics(
            tokenizer, texts.sample(min(len(texts), MAX_SAMPLED), random_state=0).tolist(), config.token_limit
        ).unknown_share
        for name, texts in list(rows.groupby(domains.column, sort=False)[data.text])[:MAX_DOMAINS]
    }


def _texts(table: pd.DataFrame, data: DataConfig) -> list[Cell]:
    """Return the texts or pairs of a table; of a table of words, its sentences."""
    if data.sentence is not None and data.sentence in table.columns:
        words = sentence_columns(table, data.text, data.sentence).dropna(subset=[TEXT])
        return words.drop_duplicates("run")[SENTENCE].tolist()
    named = dict(zip((TEXT, TEXT_PAIR), data.text_columns, strict=False))
    return text_cells(table[list(named.values())].set_axis(list(named), axis=1).dropna().astype(str))
