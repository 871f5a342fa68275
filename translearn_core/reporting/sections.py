"""Sections of a report in order: data, training or study, scores, diagnostics."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from translearn_core.jobs import DIAGNOSE, JobSpec
from translearn_core.reporting.blocks import Section
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.reporting.study_section import DESIGN, study_section
from translearn_core.reporting.training_section import SCORES, TRAINING, scores_section, training_section


def report_sections(data: ReportData, dark: bool = False) -> Iterator[Section]:
    """Yield the sections that have data, diagnostics in the order of `data.parts`.

    Figures are for light or `dark` pages; nothing else differs.
    """
    return (draw() for _, draw in titled_sections(data, dark))


def titled_sections(data: ReportData, dark: bool = False) -> Iterator[tuple[str, Callable[[], Section]]]:
    """Yield title and function of each section of `report_sections`, so that one can be drawn by itself."""
    for part in data.parts:
        if part.spec is DIAGNOSE:
            yield part.spec.title, partial(part_section, part, data, dark)
    if data.config is not None:
        yield TRAINING, partial(training_section, data.config, data, dark)
    if data.study is not None:
        yield DESIGN, partial(study_section, data.study, data)
    if data.evaluation is not None:
        yield SCORES, partial(scores_section, data.evaluation, dark)
    for part in data.parts:
        if part.spec is not DIAGNOSE:
            yield part.spec.title, partial(part_section, part, data, dark)


def part_section(part: Part, data: ReportData, dark: bool = False) -> Section:
    """Return the section of one result, with figures for light or `dark` pages."""
    return section_function(part.spec)(part.result, data, dark)


def section_function(spec: JobSpec[Any, Any]) -> Callable[[Any, ReportData, bool], Section]:
    """Return the function that presents results of a kind."""
    module, name = spec.section.split(":")
    function: Callable[[Any, ReportData, bool], Section]
    function = getattr(import_module(f"translearn_core.reporting.{module}"), name)
    return function
