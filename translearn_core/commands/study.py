"""``translearn study``: run a grid of experiments and compare its arms."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from translearn_core.commands.data_check import DataCheck, check_data, column_name, diagnosis, read_data
from translearn_core.commands.terminal.client import (
    add_dataset,
    as_engine_finds,
    backbone_info,
    find,
    result,
    submit,
    watch,
)
from translearn_core.commands.terminal.costs import announce_cost
from translearn_core.commands.terminal.errors import naming_fields, valid
from translearn_core.commands.terminal.options import AsJson, Raw, ReadingOptions, read_options
from translearn_core.commands.terminal.output import check_output, console, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import (
    DataConfig,
    FeatureConfig,
    ProblemType,
    Split,
    StudyConfig,
    expand_grid,
    unsuitable_arms,
)
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.data.files.write_table import write_table
from translearn_core.errors import ConfigError, DataError, TrainingError
from translearn_core.jobs import DiagnoseConfig
from translearn_core.results import ArmScore, BackboneInfo, Comparison, TableProfile
from translearn_core.results.metric import metric_of
from translearn_core.runs import LOCAL, Run, Studies, Study, StudyProgress, open_store
from translearn_core.runs.report_jobs import study_diagnosis
from translearn_core.runs.studies.store import baseline_arm

POLL_SECONDS = 0.3


def study(
    file: Annotated[
        Path, typer.Argument(help="YAML file that says what to vary; see tests/benchmarks for two.")
    ],
    reading: ReadingOptions,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--files", help="A data file as PART=PATH (train, validation or test); may be repeated."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write the comparison to: .csv, .tsv, .xlsx, .parquet or .jsonl."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Run a grid of recipes, boundaries, seeds and sizes, and say which differ by more than chance."""
    check_output(out)
    submitted, data = submit_study(file, files or [], reading)
    comparison, failed = compare(submitted, follow(submitted))
    if out is not None:
        write_table(comparison.frame(), out, raw=raw)
    record = report(submitted, comparison, failed) | {"findings": data.records()}
    print_result(record, lambda _, screen: show(submitted, comparison, failed, screen), as_json=as_json)


def submit_study(path: Path, files: Sequence[str], reading: ReadingOptions) -> tuple[Study, DataCheck]:
    """Submit all runs of the study in `path`, with `files` in place of its own.

    What is found in its data and what it will cost is printed first.
    """
    file = valid(StudyFile, **read_study_file(path, parse_files(files)))
    if Split.TRAIN not in file.files:
        raise DataError(
            "The study names no training file: write it under 'files', or give --files train=PATH."
        )
    dataset = add_dataset({str(part): source for part, source in file.files.items()}, read_options(reading))
    with naming_fields():
        file.study(dataset.digest)  # validation errors come before the files are read
        table = read_data(dataset)
        file = _with_columns(file, table)
        config = file.study(dataset.digest, backbones=[as_engine_finds(one) for one in file.backbones])
    infos = {backbone.label: backbone_info(backbone) for backbone in config.backbones}
    config = config.model_copy(update={"settings": {**_fitting_features(infos.values()), **config.settings}})
    if file.teacher is not None:
        config = config.model_copy(update={"teacher": find(file.teacher).job.id})
    data = check_data(table, _diagnose_configs(config))
    diagnosed = diagnosis(study_diagnosis(config))
    if config.min_steps and config.data.problem is ProblemType.TOKENS:
        config = config.model_copy(update={"words_per_text": diagnosed.words_per_text})
    blocks = {label: info.n_blocks for label, info in infos.items()}
    baseline_arm(expand_grid(config, blocks), file.baseline)  # what is invalid is said alone
    data.show(quiet=reading.quiet)
    announce_cost(config, infos, diagnosed, quiet=reading.quiet)
    return Studies(open_store()).add(LOCAL, file.name, config, blocks, file.baseline), data


def _with_columns(file: StudyFile, table: TableProfile) -> StudyFile:
    """Return the study with column numbers replaced by names."""
    split = file.split
    if split.column is not None:
        split = split.model_copy(update={"column": column_name(split.column, table, "split")})
    columns = tuple(column_name(column, table, "columns") for column in file.columns)
    label = file.label if columns else column_name(file.label, table, "label")
    update = {
        "text": column_name(file.text, table, "text"),
        "label": label,
        "columns": columns,
        "split": split,
    }
    if (domains := file.domains) is not None:
        column = column_name(domains.column, table, "domains.column")
        update["domains"] = domains.model_copy(update={"column": column})
    return file.model_copy(update=update)


def _diagnose_configs(config: StudyConfig) -> list[DiagnoseConfig]:
    """Return the diagnose jobs of a study: all rows with each backbone, and the smallest subset."""
    with naming_fields():
        first = study_diagnosis(config)
    configs = [first.model_copy(update={"backbone": one}) for one in config.backbones]
    smallest = _with_fewest_rows(first.data, config)
    return list(dict.fromkeys([*configs, first.model_copy(update={"data": smallest})]))


def _with_fewest_rows(data: DataConfig, config: StudyConfig) -> DataConfig:
    """Return the data with the fewest rows of a study; in one of ways they are labelled target rows."""
    fewest = config.sizes[0]
    if not config.ways:
        return data.model_copy(update={"train_rows": fewest})
    assert data.domains is not None  # a study of ways names source and target
    return data.model_copy(update={"domains": data.domains.model_copy(update={"target_labels": fewest})})


def parse_files(files: Sequence[str]) -> dict[str, Path]:
    """Parse ``PART=PATH`` words."""
    paths: dict[str, Path] = {}
    for word in files:
        part, sign, path = word.partition("=")
        if not sign or part not in set(Split) or not path:
            raise ConfigError("files", word, f"PART=PATH with a part of {', '.join(Split)}")
        paths[part] = Path(path).absolute()
    return paths


def follow(study: Study) -> StudyProgress:
    """Show progress until all runs have ended; Ctrl-C stops the runs, a second Ctrl-C only the command."""
    studies, printed = Studies(open_store()), -1
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[summary]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(study.name, total=len(study.runs), summary="")

        def poll() -> StudyProgress | None:
            nonlocal printed
            progress = studies.progress(LOCAL, study.jobs)
            if not progress.state.live:
                return progress
            ended = progress.total - len(progress.running) - len(progress.waiting)
            bar.update(task, completed=ended, summary=progress.summary())
            if ended != printed and not console.is_terminal:
                console.print(f"{study.name}: {progress.summary()}", markup=False, highlight=False)
            printed = ended
            return None

        return watch(poll, lambda: studies.stop(LOCAL, study.id), every=POLL_SECONDS)


def compare(study: Study, progress: StudyProgress) -> tuple[Comparison, list[Run]]:
    """Return the comparison of the arms of a finished study, and its failed runs."""
    failed = Studies(open_store()).failed(study)
    if progress.stopped:
        raise TrainingError(
            f"Study {study.name} was stopped and keeps what there is: the same command goes on from there."
        )
    config = study.comparison(progress.done)
    if config is None:
        reason = failed[0].job.reason if failed else "all of them were deleted."
        raise TrainingError(f"No run of {study.name} ended well: {reason}")
    return result(submit(config, f"{study.name}: comparison"), Comparison), failed


def report(study: Study, comparison: Comparison, failed: Sequence[Run]) -> dict[str, Any]:
    """Return the output of ``study --json``."""
    return {
        "study": study.id,
        "name": study.name,
        "baseline": comparison.baseline,
        "test_rows": comparison.test_rows,
        "arms": json.loads(comparison.frame().to_json(orient="records")),
        "worse": comparison.worse,
        "worth": json.loads(comparison.worth_frame().to_json(orient="records")),
        "worth_sentences": comparison.worth_sentences,
        "sentences": comparison.sentences(),
        "left_out": [
            {"arm": arm.name, "reason": str(arm.error)} for arm in unsuitable_arms(study.config, study.blocks)
        ],
        "failed": [{"run": run.name, "reason": run.job.reason} for run in failed],
    }


def show(study: Study, comparison: Comparison, failed: Sequence[Run], screen: Console) -> None:
    """Print the comparison as a table and sentences."""
    scores = [metric_of(name).label for name in comparison.arms[0].scores]
    numbers = ("runs", *scores, "seconds", "parameters", f"beside {comparison.baseline}")
    title = f"{study.name}, {comparison.test_rows:,} test rows, 95 % intervals in brackets"
    best_first = sorted(
        comparison.arms, key=lambda arm: arm.headline.value, reverse=comparison.metric.higher_is_better
    )
    rows = [_row(arm) for arm in best_first]
    print_table(screen, ("arm", *numbers), rows, numbers=numbers, title=title)
    for sentence in (*comparison.sentences(), *comparison.worth_sentences):
        print_line(sentence, screen)
    for arm in unsuitable_arms(study.config, study.blocks):
        print_line(arm.sentence(), screen)
    for run in failed:
        print_line(f"{run.name} failed: {run.job.reason}", screen)


def _row(arm: ArmScore) -> list[str]:
    from translearn_core.plots.style.labels import amount  # imports Plotly, which slows down --help

    difference = ""
    if arm.difference is not None:
        difference = f"{arm.difference.value:+.3f}\n{arm.difference.brackets()}"
    return [
        arm.name,
        str(arm.runs),
        *(f"{score.value:.3f}\n{score.brackets()}" for score in arm.scores.values()),
        f"{arm.seconds:.1f}",
        amount(arm.trainable),
        difference,
    ]


def _fitting_features(infos: Collection[BackboneInfo]) -> dict[str, Any]:
    """Return settings that all backbones support where the defaults do not fit."""
    default = FeatureConfig()
    settings: dict[str, Any] = {}
    if (limit := min(info.features.token_limit for info in infos)) != default.token_limit:
        settings["features.token_limit"] = limit
    if len(poolings := {info.pooling for info in infos}) == 1 and default.pooling not in poolings:
        settings["features.pooling"] = str(poolings.pop())
    return settings
