"""Transfer matrix of an experiment: the study of its runs, one source each, and the job that scores them."""

from collections.abc import Collection, Sequence

from translearn_core.config import (
    DomainConfig,
    ExperimentConfig,
    StudyConfig,
    expand_grid,
    job_id,
    match_recipe,
)
from translearn_core.config.domains import source_choices
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.jobs import MatrixRuns, TransferMatrixConfig
from translearn_core.results.diagnostics.transfer_matrix import TransferMatrix
from translearn_core.runs.studies.records import Study


def transfer_study(experiment: ExperimentConfig, matrix: TransferMatrix, seeds: Sequence[int]) -> StudyConfig:
    """Return the study that trains an experiment on every source of a matrix.

    Where every domain can be learned from, all of them together are the source without names.
    """
    every, choices = set(matrix.texts["domain"]), source_choices(matrix.sources)
    plain = _on_all_domains(experiment)
    training = plain.training.model_copy(update={"seed": 0})
    return StudyConfig(
        data=plain.data,
        backbones=(plain.backbone,),
        custom_recipe=plain.model_copy(update={"training": training}),
        sources=tuple(() if set(chosen) == every else chosen for chosen in dict.fromkeys(choices)),
        seeds=tuple(seeds),
    )


def belongs(study: Study, experiment: ExperimentConfig, matrix: TransferMatrix) -> bool:
    """Whether a study trains an experiment on every source of a matrix."""
    expected = transfer_study(experiment, matrix, (0,))
    fields = ("data", "custom_recipe", "sources", "recipes", "sizes")
    return all(getattr(study.config, name) == getattr(expected, name) for name in fields)


def transfer_matrix_config(
    experiment: ExperimentConfig, runs: Sequence[MatrixRuns] = ()
) -> TransferMatrixConfig:
    """Return the configuration of the matrix of an experiment's data and backbone, with all domains."""
    plain = _on_all_domains(experiment)
    features = {name: getattr(plain.features, name) for name in ("pooling", "token_limit", "pair_encoding")}
    return TransferMatrixConfig(
        data=plain.data,
        backbone=plain.backbone,
        features=type(plain.features)(**features),
        runs=tuple(runs),
        precision=plain.training.precision,
        device=plain.training.device,
        seed=plain.training.seed,
    )


def matrix_runs(study: Study, done: Collection[str]) -> tuple[MatrixRuns, ...]:
    """Return the finished runs (`done`) of a matrix's study by source."""
    own = study.config.custom_recipe
    if own is None:
        return ()
    recipe = match_recipe(own, own.backbone.keep_blocks or max(study.blocks.values()))
    model = own.method_name() if recipe is None else RECIPES[recipe].title
    jobs: dict[tuple[str, ...], list[str]] = {}
    for run in expand_grid(study.config, study.blocks):
        assert run.config.data.domains is not None
        if (job := job_id(run.config)) in done:
            jobs.setdefault(run.config.data.domains.source, []).append(job)
    return tuple(MatrixRuns(model=model, source=source, jobs=tuple(ids)) for source, ids in jobs.items())


def _on_all_domains(experiment: ExperimentConfig) -> ExperimentConfig:
    """Return the experiment on all rows of all domains, on its own."""
    if experiment.data.domains is None:
        return experiment
    places = DomainConfig(column=experiment.data.domains.column)
    data = experiment.data.model_copy(
        update={"domains": places, "train_rows": None, "subset_seed": None, "balanced_subset": False}
    )
    return experiment.model_copy(
        update={
            "data": data,
            "adaptation": None,
            "self_training": None,
            "resume_from": None,
            "joint_run": None,
        }
    )
