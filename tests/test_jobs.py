"""The registry of jobs: every kind has all its parts, and every name in it can be imported."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from translearn_core.config import ExperimentConfig, JobConfig
from translearn_core.engine import entrypoint
from translearn_core.jobs import BACKBONE_JOBS, SPECS, JobSpec, ReportRole, RunJobConfig, Slot
from translearn_core.jobs.diagnostics.unlabelled_texts import TextsJobConfig
from translearn_core.jobs.spec import BackboneJobConfig, TaskJobConfig
from translearn_core.reporting.blocks import Section
from translearn_core.reporting.report_data import ReportData
from translearn_core.reporting.sections import section_function
from translearn_core.worker.context import Context
from translearn_core.worker.handlers import handler, warm_up_specs

every_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())


def subclasses(base: type[JobConfig]) -> set[type[JobConfig]]:
    return {base}.union(*(subclasses(one) for one in base.__subclasses__()))


def test_every_configuration_of_a_job_is_registered_once() -> None:
    configs = [spec.config for spec in SPECS.values()]
    assert len(set(configs)) == len(configs)
    bases = {JobConfig, RunJobConfig, BackboneJobConfig, TaskJobConfig, TextsJobConfig}
    known = {one for one in subclasses(JobConfig) if not one.__pydantic_generic_metadata__["args"]}
    assert set(configs) == known - bases
    assert {kind: spec.config.kind for kind, spec in SPECS.items()} == {kind: kind for kind in SPECS}


@every_spec
def test_its_handler_takes_a_context_of_its_configuration(spec: JobSpec[Any, Any]) -> None:
    function = handler(spec)
    (parameter,) = get_type_hints(function).keys() - {"return"}
    assert parameter == "context"
    assert get_args(inspect.signature(function).parameters["context"].annotation) == (spec.config,)
    assert inspect.signature(function).parameters["context"].annotation.__origin__ is Context


@every_spec
def test_its_configuration_names_the_type_of_its_result(spec: JobSpec[Any, Any]) -> None:
    if spec.config is ExperimentConfig or spec in BACKBONE_JOBS:  # below the results
        return
    arguments = [base.__pydantic_generic_metadata__["args"] for base in spec.config.__bases__]
    assert arguments == [(spec.result,)]


@every_spec
def test_its_section_takes_its_result(spec: JobSpec[Any, Any]) -> None:
    if not spec.section:
        assert spec.report is ReportRole.NONE
        return
    hints = get_type_hints(section_function(spec))
    result, data, dark, returned = hints.values()
    assert (result, data, dark, returned) == (spec.result, ReportData, bool, Section)


@every_spec
def test_it_says_what_it_is(spec: JobSpec[Any, Any]) -> None:
    assert spec.title
    assert spec.memory_hint
    assert bool(spec.question) >= bool(spec.section), "a section answers a question"
    assert spec.report in (ReportRole.NONE, ReportRole.STUDY, ReportRole.RUN_AND_STUDY) or issubclass(
        spec.config, RunJobConfig
    ), "the report of a run makes the default configuration from the run"


def test_every_slot_imports_something_when_it_starts() -> None:
    assert all(warm_up_specs(slot) for slot in Slot)
    assert len(warm_up_specs()) == sum(len(warm_up_specs(slot)) for slot in Slot)


def test_the_names_that_the_engine_imports_are_there() -> None:
    assert callable(import_module(entrypoint.RUNTIME).run)
    assert callable(import_module(entrypoint.SETUP).dask_setup)
    assert Path(str(import_module(entrypoint.PRELOAD).__file__)).stem == "preload"
