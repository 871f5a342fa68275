"""The order of a report: the data, how it was trained or what was tried, how good, then the evidence."""

from collections.abc import Iterator

from translearn_core.config import JobKind
from translearn_core.reporting.blocks import Section
from translearn_core.reporting.diagnostic_sections import DIAGNOSTIC_SECTIONS
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.study_section import study_section
from translearn_core.reporting.training_section import recipe, scores


def report_sections(about: ReportData) -> Iterator[Section]:
    """Yield every section that there is something for."""
    yield from _told(about, JobKind.DIAGNOSE)
    if about.config is not None:
        yield recipe(about.config, about)
    if about.study is not None:
        yield study_section(about.study, about)
    if about.evaluation is not None:
        yield scores(about.evaluation)
    for kind in DIAGNOSTIC_SECTIONS:
        if kind is not JobKind.DIAGNOSE:
            yield from _told(about, kind)


def _told(about: ReportData, kind: JobKind) -> Iterator[Section]:
    for part in about.parts:
        if part.kind is kind:
            yield DIAGNOSTIC_SECTIONS[kind].section(part.result, about)
