"""Sections of a report in order: data, training or study, scores, diagnostics."""

from collections.abc import Iterator

from translearn_core.config import JobKind
from translearn_core.reporting.blocks import Section
from translearn_core.reporting.diagnostic_sections import DIAGNOSTIC_SECTIONS
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.study_section import study_section
from translearn_core.reporting.training_section import scores_section, training_section


def report_sections(data: ReportData) -> Iterator[Section]:
    """Yield the sections that have data."""
    yield from _of_kind(data, JobKind.DIAGNOSE)
    if data.config is not None:
        yield training_section(data.config, data)
    if data.study is not None:
        yield study_section(data.study, data)
    if data.evaluation is not None:
        yield scores_section(data.evaluation)
    for kind in DIAGNOSTIC_SECTIONS:
        if kind is not JobKind.DIAGNOSE:
            yield from _of_kind(data, kind)


def _of_kind(data: ReportData, kind: JobKind) -> Iterator[Section]:
    for part in data.parts:
        if part.kind is kind:
            yield DIAGNOSTIC_SECTIONS[kind].section(part.result, data)
