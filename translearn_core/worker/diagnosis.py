"""Diagnosis of a table as a classification task."""

from dataclasses import replace

import pandas as pd

from translearn_core.analysis.language_id import NAMES, main_language
from translearn_core.backbones import load_tokenizer, token_statistics, worst_domain
from translearn_core.backbones.metadata import languages_of
from translearn_core.config import BackboneConfig, Cell, DataConfig
from translearn_core.config.text_cells import SENTENCE, TEXT, TEXT_PAIR, split_sides, text_cells
from translearn_core.data import diagnose
from translearn_core.data.diagnosis import language_finding, unknown_tokens_finding
from translearn_core.data.tokens.sentences import sentence_columns
from translearn_core.errors import DataError
from translearn_core.jobs import DiagnoseConfig
from translearn_core.jobs.tables import TextCheckConfig
from translearn_core.results import Finding, TextCheck
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table, load_versions
from translearn_core.worker.process.read_budget import read_budget


def diagnose_task(context: Context[DiagnoseConfig]) -> None:
    """Check a table for problems, with token statistics of the chosen backbone."""
    config = context.config
    context.report("reading the file")
    table, original = load_versions(context.store.workspace, config.data.dataset)
    for column in config.data.text_columns:
        if column not in table.columns:
            raise DataError(f"There is no column {column!r} in this file: choose the text column again.")
    texts = _texts(table, config.data)
    context.report("splitting texts into tokens")
    tokenizer = None if config.backbone.is_tfidf else load_tokenizer(config.backbone)
    with read_budget(context.store.workspace.sources(config.data.dataset).values()):
        statistics = token_statistics(tokenizer, texts, config.token_limit) if texts and tokenizer else None
        if statistics is not None and tokenizer is not None:
            worst = worst_domain(tokenizer, _by_domain(table, config.data))
            statistics = replace(statistics, worst_domain=worst)
        context.report("looking for trouble")
        diagnosis, _ = diagnose(table, config.data, statistics, original)
    languages = _languages(config.backbone, texts)
    artifacts.save(context.folder, replace(diagnosis, findings=(*diagnosis.findings, *languages)))


def check_texts(context: Context[TextCheckConfig]) -> None:
    """Check the texts of a table for what the backbone does not read."""
    config = context.config
    context.report("reading the file")
    table = load_table(context.store.workspace, config.dataset)
    if config.text not in table.columns:
        raise DataError(f"There is no column {config.text!r} in this file: choose the text column again.")
    texts: list[Cell] = table[config.text].dropna().astype(str).tolist()
    findings = _languages(config.backbone, texts)
    if texts and not config.backbone.is_tfidf:
        context.report("splitting texts into tokens")
        with read_budget(context.store.workspace.sources(config.dataset).values()):
            statistics = token_statistics(load_tokenizer(config.backbone), texts, 0)
        findings += unknown_tokens_finding(statistics)
    artifacts.save(context.folder, TextCheck(tuple(findings)))


def _languages(backbone: BackboneConfig, texts: list[Cell]) -> list[Finding]:
    """Return the finding on the main language of the texts, if there is one."""
    if (main := main_language(split_sides(texts))) is None:
        return []
    code, share = main
    reads = [] if backbone.is_tfidf else [NAMES.get(code, code) for code in languages_of(backbone)]
    return [language_finding(NAMES[code], share, backbone.label, reads)]


def _by_domain(table: pd.DataFrame, data: DataConfig) -> dict[str, list[str]]:
    """Return the texts of each domain; empty without domains, or if rows are words."""
    if data.domains is None or data.sentence is not None or data.domains.column not in table.columns:
        return {}
    rows = table[[data.domains.column, data.text]].dropna().astype(str)
    return {str(name): texts.tolist() for name, texts in rows.groupby(data.domains.column)[data.text]}


def _texts(table: pd.DataFrame, data: DataConfig) -> list[Cell]:
    """Return the texts or pairs of a table; of a table of words, its sentences."""
    if data.sentence is not None and data.sentence in table.columns:
        words = sentence_columns(table, data.text, data.sentence).dropna(subset=[TEXT])
        return words.drop_duplicates("run")[SENTENCE].tolist()
    named = dict(zip((TEXT, TEXT_PAIR), data.text_columns, strict=False))
    return text_cells(table[list(named.values())].set_axis(list(named), axis=1).dropna().astype(str))
