"""The order of a report: the data, how it was trained or what was tried, how good, then the evidence."""

from collections.abc import Iterator

from translearn_core.config import JobKind
from translearn_core.reporting.blocks import Section
from translearn_core.reporting.diagnostic_sections import EVIDENCE
from translearn_core.reporting.report_data import Material
from translearn_core.reporting.study_section import tried
from translearn_core.reporting.training_section import recipe, scores


def contents(about: Material) -> Iterator[Section]:
    """Yield every section that there is something for."""
    yield from _told(about, JobKind.DIAGNOSE)
    if about.config is not None:
        yield recipe(about.config, about)
    if about.study is not None:
        yield tried(about.study, about)
    if about.evaluation is not None:
        yield scores(about.evaluation)
    for kind in EVIDENCE:
        if kind is not JobKind.DIAGNOSE:
            yield from _told(about, kind)


def _told(about: Material, kind: JobKind) -> Iterator[Section]:
    for part in about.parts:
        if part.kind is kind:
            yield EVIDENCE[kind].section(part.result, about)
