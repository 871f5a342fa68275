"""Prepared experiments of lessons: a study on a sample, and the job that evaluates its runs."""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, JsonValue, model_validator

from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    BaseConfig,
    ExperimentConfig,
    JobConfig,
    RecipeName,
    StudyConfig,
    expand_grid,
)
from translearn_core.config.overrides import apply_overrides
from translearn_core.config.studies.study_file import StudyFile
from translearn_core.data import SAMPLES, SampleDataset, sample_bytes
from translearn_core.errors import ConfigError
from translearn_core.jobs import CompareConfig, ProbeConfig, SimilarityConfig, StudyArm
from translearn_core.prepared_experiments.altered_samples import SPLIT, VERSION, Alteration, altered_table
from translearn_core.prepared_experiments.measures import SEED
from translearn_core.results import Comparison, LabelEfficiency, ProbeScores, Similarity
from translearn_core.runs import Study
from translearn_core.runs.studies.label_efficiency import (
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_study,
)

BLOCKS = 6
"""Blocks of the bundled backbone, which experiments are checked with."""

ALL_ROWS = 10**9
"""More training rows than any sample has: every number of labels of a lesson is a subset."""


class Analysis(StrEnum):
    """What is made of the runs of an experiment."""

    COMPARISON = "comparison"
    SEEDS = "seeds"
    LABEL_EFFICIENCY = "label-efficiency"
    PROBES = "probes"
    SIMILARITY = "similarity"


class FreeSetting(BaseConfig):
    """A setting of the experiment that may be changed; its first choice is that of the outcome."""

    field: str = Field(description="field of the study, or dotted setting of its runs")
    label: str
    choices: tuple[JsonValue, ...] = Field(min_length=2, max_length=8)


class Experiment(BaseConfig):
    """A study on a sample with all settings pinned but those in `free`.

    `study` holds fields of a study file. `recipe` is the transfer strategy of a label-efficiency curve.
    """

    name: str = Field(min_length=1, max_length=100)
    sample: str
    analysis: Analysis = Analysis.COMPARISON
    recipe: RecipeName | None = None
    reference_size: int | None = Field(None, description="labels that a curve's numbers are about")
    study: dict[str, JsonValue]
    alteration: Alteration | None = Field(None, description="versions of the sample; each is learned from")
    names: dict[str, str] = Field({}, description="words for arms, where their own are technical")
    free: tuple[FreeSetting, ...] = ()

    @model_validator(mode="after")
    def _check_study(self) -> Self:
        expand_grid(self.config("0" * 20, BLOCKS), self.blocks(BLOCKS))
        if (self.recipe is not None) is not (self.analysis is Analysis.LABEL_EFFICIENCY):
            raise ValueError(f"recipe belongs to experiments of the kind {Analysis.LABEL_EFFICIENCY} alone")
        return self

    @property
    def dataset(self) -> SampleDataset:
        """The sample."""
        found = next((one for one in SAMPLES if one.key == self.sample), None)
        if found is None:
            raise ConfigError("sample", self.sample, f"one of {', '.join(one.key for one in SAMPLES)}")
        return found

    def with_choices(self, choices: dict[str, JsonValue]) -> StudyFile:
        """Return the study file with the `choices` of free settings by their field."""
        values: dict[str, Any] = dict(self.study)
        settings = dict(values.get("settings", {}))
        for free in self.free:
            chosen = choices.get(free.field, free.choices[0])
            if chosen not in free.choices:
                raise ConfigError(free.field, chosen, f"one of {', '.join(map(str, free.choices))}")
            if "." in free.field:
                settings[free.field] = chosen
            else:
                values[free.field] = chosen
        if settings:
            values["settings"] = settings
        sample = self.dataset
        fixed: dict[str, Any] = {"name": self.name, "text": sample.text, "label": sample.label}
        fixed["problem"] = sample.problem
        if self.alteration is not None:
            sources = [[self.alteration.version(share)] for share in self.alteration.shares]
            fixed |= {"split": SPLIT, "domains": {"column": VERSION}, "sources": sources}
        return StudyFile.model_validate({**fixed, "text_pair": sample.text_pair, **values})

    def for_seat(self, number: int) -> Self:
        """Return what the seat of this number runs in a class, counted from 1.

        Of an experiment that compares seeds each seat runs one seed, so that the class makes the comparison;
        any other is the same for all, and its runs are shared.
        """
        if self.analysis is not Analysis.SEEDS:
            return self
        return self.model_copy(update={"study": {**self.study, "seeds": [number]}})

    @property
    def result_type(self) -> type:
        """Type of the result of the evaluation."""
        match self.analysis:
            case Analysis.LABEL_EFFICIENCY:
                return LabelEfficiency
            case Analysis.PROBES:
                return ProbeScores
            case Analysis.SIMILARITY:
                return Similarity
        return Comparison

    @property
    def file(self) -> str:
        """Name of the data set's file."""
        sample = self.dataset
        return sample.file if self.alteration is None else f"altered_{sample.file}"

    def table(self) -> bytes:
        """Return the content of the data set's file."""
        if self.alteration is None:
            return sample_bytes(self.sample)
        return altered_table(self.dataset, self.alteration)

    def blocks(self, n_blocks: int) -> dict[str, int]:
        """Return the number of blocks by backbone label, given that of the bundled backbone."""
        return dict.fromkeys((one.label for one in self.with_choices({}).backbones), n_blocks)

    def config(self, digest: str, n_blocks: int, choices: dict[str, JsonValue] | None = None) -> StudyConfig:
        """Return the study on the data set with this digest."""
        file = self.with_choices(choices or {})
        if self.recipe is None:
            return file.study(digest)
        base = self._base(file, digest, n_blocks)
        sizes = [size for size in file.sizes if size is not None]
        return label_efficiency_study(base, ALL_ROWS, sizes, file.seeds, balanced=file.balanced_subset)

    def _base(self, file: StudyFile, digest: str, n_blocks: int) -> ExperimentConfig:
        """Return the experiment of a label-efficiency curve."""
        assert self.recipe is not None
        data = file.model_copy(update={"recipes": (self.recipe,)}).study(digest).data
        plain = ExperimentConfig(data=data, backbone=BackboneConfig())
        return apply_overrides(RECIPES[self.recipe].apply(plain, n_blocks), file.settings)

    def present(self, result: Any) -> Any:
        """Return a result with arms called as in the lesson."""
        if isinstance(result, LabelEfficiency):
            return self._present_curve(result)
        if not isinstance(result, Comparison) or not self.names:
            return result

        def renamed(name: str) -> str:
            arm, sign, seed = name.partition(SEED)
            return f"{self.names.get(arm, arm)}{sign}{seed}"

        arms = tuple(replace(arm, name=renamed(arm.name)) for arm in result.arms)
        return replace(result, baseline=renamed(result.baseline), arms=arms)

    def _present_curve(self, result: LabelEfficiency) -> LabelEfficiency:
        def renamed(name: str) -> str:
            return self.names.get(name, name)

        reaches = (
            replace(one, better=renamed(one.better), worse=renamed(one.worse)) for one in result.reaches
        )
        return replace(result, names=tuple(map(renamed, result.names)), reaches=tuple(reaches))

    def evaluation(self, study: Study, done: Collection[str]) -> JobConfig[Any] | None:
        """Return the job that evaluates the finished runs (`done`) of a study; None if they are too few."""
        runs = [run for run in study.runs if run.job in done]
        if not runs:
            return None
        match self.analysis:
            case Analysis.SEEDS:
                arms = [StudyArm(name=f"{run.arm}{SEED}{run.seed}", jobs=(run.job,)) for run in runs]
                return CompareConfig(arms=tuple(arms), baseline=arms[0].name)
            case Analysis.LABEL_EFFICIENCY:
                return self._curve(study, done)
            case Analysis.PROBES:
                return ProbeConfig(job=runs[0].job, control_tasks=3)
            case Analysis.SIMILARITY:
                same_arm = [run.job for run in runs if run.arm == runs[0].arm]
                return SimilarityConfig(job=runs[0].job, second_seed_run=(*same_arm[1:], None)[0])
        return study.comparison(done)

    def _curve(self, study: Study, done: Collection[str]) -> JobConfig[Any]:
        own = study.config.custom_recipe
        assert own is not None
        sizes = tuple(size for size in study.config.sizes if size is not None)
        arms = label_efficiency_arms(study, done, ALL_ROWS)
        balanced = study.config.data.balanced_subset
        return label_efficiency_config(
            own, sizes, study.config.seeds, balanced=balanced, arms=arms, reference_size=self.reference_size
        )
