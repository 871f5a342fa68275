"""HTML report of a run, a study or diagnostics of a table, from the results computed so far."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from translearn_core.config import (
    BackboneConfig,
    ExperimentConfig,
    StudyConfig,
    job_id,
)
from translearn_core.config.read_options import option_words
from translearn_core.errors import DamagedFileError, NotFoundError
from translearn_core.jobs import (
    COMPARE,
    PAIRED_COMPARISON,
    SPECS,
    BackboneInfoConfig,
    ReportConfig,
    ReportRole,
)
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.document import render
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.reporting.sections import report_sections
from translearn_core.reporting.stored_results import run_data, with_design
from translearn_core.results import (
    BackboneInfo,
    Comparison,
    ReportFile,
)
from translearn_core.results.format import count_noun
from translearn_core.runs import State, artifacts
from translearn_core.runs.reproduce import study_file
from translearn_core.runs.versions import versions
from translearn_core.storage import atomic_file, file_digest
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation, training_config

FILE = "report.html"
LIBRARIES = ("translearn", "torch", "transformers", "scikit-learn", "numpy", "plotly")

STUDY_FILE = "study.yaml"
"""Name of the study file in the command that repeats the study."""


def write_report(context: Context[ReportConfig]) -> None:
    """Write the report of a run, a study or diagnostics as one self-contained HTML file."""
    config = context.config
    context.report("gathering what was found")
    data = _report_data(context, config)
    sections = []
    for section in report_sections(data):
        sections.append(section)
        context.report(f"drawing: {section.title}", len(sections))
    context.report("writing the file")
    dark = tuple(report_sections(data, dark=True))
    document = render(data, sections, caveats(data), dark=dark, language=config.language)
    with atomic_file(context.folder / FILE) as draft:
        draft.write_text(document.html, encoding="utf-8")
    missing = (*data.missing, *(f"{name}, to keep the file small" for name in document.left_out))
    titles = tuple(section.title for section in sections)
    artifacts.save(context.folder, ReportFile(FILE, document.bytes, titles, missing))


def _report_data(context: Context, config: ReportConfig) -> ReportData:
    """Gather the available results, and the names of the missing ones."""
    parts, missing = _parts(context, config.parts)
    if config.job is None:
        about_study = config.study is not None or any(part.spec is COMPARE for part in parts)
        data = ReportData(
            name=config.name or "Report",
            question=config.question,
            notes=config.notes,
            command=config.command,
            parts=parts,
            missing=_missing_of_study(parts, missing) if about_study else missing,
            hashes={
                f"part: {context.store.job(job).spec.name}": job for job in _diagnostic_jobs(context, config)
            },
            versions=versions(LIBRARIES),
        )
        return data if config.study is None else _with_study(context, config, config.study, data)
    experiment = training_config(context, config.job)
    load_evaluation(context, config.job)
    data = run_data(
        context.store, config.name or "A run", config.job, experiment, partial(context.result, config.job)
    )
    return replace(
        data,
        question=config.question,
        notes=config.notes,
        command=config.command,
        parts=parts,
        missing=tuple(dict.fromkeys((*missing, *_missing_of_run(parts, experiment)))),
        hashes=_hashes(context, config.job, experiment),
        versions=versions(LIBRARIES),
    )


def _with_study(context: Context, config: ReportConfig, study: StudyConfig, data: ReportData) -> ReportData:
    """Add the planned runs of a study and how to repeat it."""
    data = with_design(data, study, config.blocks)
    planned = data.planned
    compared = data.result(Comparison)
    baseline = compared.baseline if compared and compared.baseline in {run.name for run in planned} else None
    table, digest = config.data or "data.csv", study.data.dataset
    options = context.store.workspace.read_options(digest)
    hashes = {"table": table, "data": digest}
    hashes |= {f"backbone {one.label}": value for one in study.backbones if (value := _digest(context, one))}
    return replace(
        data,
        command=shlex.join(["translearn", "study", STUDY_FILE, *option_words(options)]),
        file=study_file(study, data.name, table, _files(context, digest), baseline),
        hashes=hashes | dict(data.hashes),
    )


def _files(context: Context, digest: str) -> tuple[str, ...]:
    """Return the parts of a data set that have their own files; none if the files were deleted."""
    try:
        return tuple(context.store.workspace.source_paths(digest))
    except NotFoundError:
        return ()


def _digest(context: Context, backbone: BackboneConfig) -> str | None:
    """Return the digest of a backbone's weights, if it was inspected before."""
    folder = context.store.workspace.run(job_id(BackboneInfoConfig(backbone=backbone)))
    backbone_info = artifacts.load(folder, BackboneInfo)
    return backbone_info.digest if backbone_info else None


def _parts(context: Context, jobs: tuple[str, ...]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return the results of diagnostic jobs, and a description of each missing one."""
    parts: list[Part] = []
    missing: list[str] = []
    for id in jobs:
        try:
            job = context.store.job(id)
        except NotFoundError:
            missing.append("a part that was deleted")
            continue
        if not job.spec.section:
            missing.append(f"{job.spec.name}, which a report has no section for")
            continue
        result = None
        if job.state is State.DONE:
            with suppress(DamagedFileError):  # now marked as failed: the next report computes it again
                result = context.result(id, job.spec.result)
        if result is not None:
            parts.append(Part(job.spec, result))
        else:
            missing.append(_missing_text(job.spec.name, job.state, job.reason))
    return tuple(parts), tuple(missing)


def _missing_text(name: str, state: State, reason: str | None) -> str:
    if state is State.FAILED:
        return f"{name}, which failed: {reason or 'it did not say why'}"
    return f"{name}, whose files are gone" if state is State.DONE else f"{name}, which is {state}"


def _not_included(
    role: ReportRole, parts: tuple[Part, ...], experiment: ExperimentConfig | None = None
) -> Iterator[str]:
    """Yield the names of expected diagnostics that the report does not include."""
    included = {part.spec for part in parts}
    for spec in SPECS.values():
        expected = spec.report in (role, ReportRole.RUN_AND_STUDY) and spec not in included
        if expected and (experiment is None or not spec.unsupported(experiment)):
            yield spec.name


def _missing_of_study(parts: tuple[Part, ...], missing: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the report of a study does not include."""
    return tuple(dict.fromkeys((*missing, *_not_included(ReportRole.STUDY, parts))))


def _missing_of_run(parts: tuple[Part, ...], experiment: ExperimentConfig) -> Iterator[str]:
    """Yield what the report of a run does not include."""
    if experiment.joint_run is not None and all(part.spec is not PAIRED_COMPARISON for part in parts):
        yield (
            "what sharing the backbone gave or cost, which needs the same training of this target alone: "
            "train it on the Results page of all targets"
        )
    yield from _not_included(ReportRole.RUN, parts, experiment)


def _diagnostic_jobs(context: Context, config: ReportConfig) -> Iterator[str]:
    for id in config.parts:
        try:
            if context.store.job(id).spec.section:
                yield id
        except NotFoundError:
            continue


def _hashes(context: Context, job: str, experiment: ExperimentConfig) -> dict[str, str]:
    """Return the identifiers and digests of the run, its data and its weights."""
    workspace = context.store.workspace
    hashes = {"run": job, "data": experiment.data.dataset}
    if (edits := workspace.edits(experiment.data.dataset)) is not None:
        hashes["version of the data"] = f"{edits.number}, {count_noun(len(edits.edits), 'edit')}"
    if digest := _digest(context, experiment.backbone):
        hashes["backbone"] = digest
    for path in sorted(workspace.run(job).glob("*/trained.safetensors")):
        context.report("reading the weights")
        hashes[f"sha256 of {path.name}"] = file_digest(path)
    return hashes
