"""A report of a run or a study: gather what was found so far, and write it as one HTML file."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from translearn_core.config import (
    BackboneConfig,
    BackboneInfoConfig,
    ExperimentConfig,
    JobKind,
    ReportConfig,
    StudyConfig,
    expand_grid,
    job_id,
)
from translearn_core.config.read_options import option_words
from translearn_core.errors import ConfigError, DamagedFileError, NotFoundError
from translearn_core.reporting import DIAGNOSTIC_SECTIONS, Part, ReportData, caveats, render, report_sections
from translearn_core.results import BackboneInfo, Comparison, Drift, History, ReportFile, RunSummary, Timeline
from translearn_core.results.training_timeline import actual_timeline
from translearn_core.runs import State, artifacts
from translearn_core.runs.reproduce import study_file
from translearn_core.runs.versions import versions
from translearn_core.storage import atomic_file, file_digest
from translearn_core.worker.context import Context
from translearn_core.worker.features import finished

FILE = "report.html"
LIBRARIES = ("translearn", "torch", "transformers", "scikit-learn", "numpy", "plotly")

RUN_SECTIONS = (
    JobKind.DIAGNOSE,
    JobKind.BASELINES,
    JobKind.PROBE,
    JobKind.ERROR_ANALYSIS,
    JobKind.PROJECTION,
)
"""Evidence that every run's report has room for."""
TUNED_RUN_SECTIONS = (JobKind.SIMILARITY, JobKind.FORGETTING)
"""Evidence about runs in which more than the head trained."""
STUDY_SECTIONS = (JobKind.COMPARE, JobKind.DIAGNOSE)
"""Evidence that every study's report has room for."""
STUDY_FILE = "study.yaml"
"""What the file of a study is called in the command that reads it."""


def write_report(context: Context) -> None:
    """Write what is known of a run or a study into one file that opens anywhere."""
    config = context.config
    assert isinstance(config, ReportConfig)
    context.report("gathering what was found")
    about = _material(context, config)
    sections = []
    for section in report_sections(about):
        sections.append(section)
        context.report(f"drawing: {section.title}", len(sections))
    context.report("writing the file")
    document = render(about, sections, caveats(about))
    with atomic_file(context.folder / FILE) as draft:
        draft.write_text(document.html, encoding="utf-8")
    missing = (*about.missing, *(f"{name}, to keep the file small" for name in document.left_out))
    titles = tuple(section.title for section in sections)
    artifacts.save(context.folder, ReportFile(FILE, document.bytes, titles, missing))


def _material(context: Context, config: ReportConfig) -> ReportData:
    """Gather what there is; what is not there is named."""
    parts, missing = _parts(context, config.parts)
    if config.job is None:
        about = ReportData(
            name=config.name or "A study",
            question=config.question,
            parts=parts,
            missing=tuple(dict.fromkeys((*missing, *_unasked(STUDY_SECTIONS, parts)))),
            hashes={
                f"part: {DIAGNOSTIC_SECTIONS[context.store.job(job).kind].called}": job
                for job in _known(context)
            },
            versions=versions(LIBRARIES),
        )
        return about if config.study is None else _studied(context, config.study, about)
    experiment = context.store.job(config.job).config
    if not isinstance(experiment, ExperimentConfig):
        raise ConfigError("job", config.job, "a training")
    history, drift = context.store.history(config.job), context.result(config.job, Drift)
    return ReportData(
        name=config.name or "A run",
        question=config.question,
        command=config.command,
        config=experiment,
        evaluation=finished(context, config.job),
        summary=context.result(config.job, RunSummary),
        drift=drift,
        history=history,
        told=_told(context, experiment, history, drift),
        parts=parts,
        missing=tuple(dict.fromkeys((*missing, *_unasked(_wanted(experiment), parts)))),
        hashes=_hashes(context, config.job, experiment),
        versions=versions(LIBRARIES),
    )


def _studied(context: Context, study: StudyConfig, about: ReportData) -> ReportData:
    """Add what a study tried, and how to do it again."""
    config = context.config
    assert isinstance(config, ReportConfig)
    planned = expand_grid(study, config.blocks)
    compared = about.result(Comparison)
    baseline = compared.baseline if compared and compared.baseline in {one.name for one in planned} else None
    table, digest = config.data or "data.csv", study.data.dataset
    options = context.store.workspace.read_options(digest)
    hashes = {"table": table, "data": digest}
    hashes |= {f"backbone {one.label}": found for one in study.backbones if (found := _digest(context, one))}
    return replace(
        about,
        command=shlex.join(["translearn", "study", STUDY_FILE, *option_words(options)]),
        study=study,
        planned=planned,
        file=study_file(study, about.name, table, _files(context, digest), baseline),
        hashes=hashes | dict(about.hashes),
    )


def _files(context: Context, digest: str) -> tuple[str, ...]:
    """Return the parts of a data set that have files of their own; none where the files are gone."""
    try:
        return tuple(context.store.workspace.source_paths(digest))
    except NotFoundError:
        return ()


def _digest(context: Context, backbone: BackboneConfig) -> str | None:
    """Return what tells a backbone's weights from all others, where it was looked into."""
    looked = context.store.workspace.run(job_id(BackboneInfoConfig(backbone=backbone)))
    anatomy = artifacts.load(looked, BackboneInfo)
    return anatomy.digest if anatomy else None


def _parts(context: Context, jobs: tuple[str, ...]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return the answers that are there, and the names of those that are not."""
    parts: list[Part] = []
    missing: list[str] = []
    for id in jobs:
        try:
            job = context.store.job(id)
        except NotFoundError:
            missing.append("a part that was deleted")
            continue
        known = DIAGNOSTIC_SECTIONS.get(job.kind)
        if known is None:
            missing.append(f"the answer to '{job.kind}', which a report has no section for")
            continue
        found = None
        if job.state is State.DONE:
            with suppress(DamagedFileError):  # it counts as failed now: the next report asks for it again
                found = context.result(id, known.result)
        if found is not None:
            parts.append(Part(job.kind, found))
        else:
            missing.append(_why(known.called, job.state, job.reason))
    return tuple(parts), tuple(missing)


def _why(called: str, state: State, reason: str | None) -> str:
    if state is State.FAILED:
        return f"{called}, which failed: {reason or 'it did not say why'}"
    return f"{called}, whose files are gone" if state is State.DONE else f"{called}, which is {state}"


def _wanted(experiment: ExperimentConfig) -> tuple[JobKind, ...]:
    return RUN_SECTIONS + (TUNED_RUN_SECTIONS if experiment.trains_backbone else ())


def _unasked(wanted: tuple[JobKind, ...], parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield the evidence that belongs in a report and was never named."""
    there = {part.kind for part in parts}
    yield from (DIAGNOSTIC_SECTIONS[kind].called for kind in wanted if kind not in there)


def _known(context: Context) -> Iterator[str]:
    config = context.config
    assert isinstance(config, ReportConfig)
    for id in config.parts:
        try:
            if context.store.job(id).kind in DIAGNOSTIC_SECTIONS:
                yield id
        except NotFoundError:
            continue


def _told(
    context: Context, experiment: ExperimentConfig, history: History, drift: Drift | None
) -> Timeline | None:
    """Return how fast each part learned when; None where a run has no whole epoch."""
    before = context.store.history(experiment.continues).epochs if experiment.continues else ()
    begun = before[-1].step if before else 0
    if drift is None or not any(epoch.step > begun for epoch in history.epochs):
        return None
    n_blocks = sum(str(part).startswith("block ") for part in drift.by_part()["part"])
    return actual_timeline(experiment, n_blocks, history, begun=begun)


def _hashes(context: Context, job: str, experiment: ExperimentConfig) -> dict[str, str]:
    """Return what tells this run, its data and its weights from all others."""
    workspace = context.store.workspace
    found = {"run": job, "data": experiment.data.dataset}
    if digest := _digest(context, experiment.backbone):
        found["backbone"] = digest
    home = workspace.run(job)
    for path in sorted(home.glob("*/trained.safetensors")):
        context.report("reading the weights")
        found[f"sha256 of {path.name}"] = file_digest(path)
    return found
