"""Contents of a claim file: what a source claims, what is expected, and the experiment that tests it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from translearn_core.config import RECIPES, BaseConfig, Recipe
from translearn_core.lessons.lesson_file import lesson
from translearn_core.prepared_experiments.claim import Claim, Sentence
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.prepared_experiments.measures import kinds_of

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class LessonExperiment(BaseConfig):
    """Experiment of a lesson, by the names of both."""

    lesson: Id
    experiment: Id

    @model_validator(mode="after")
    def _check_there(self) -> Self:
        known = lesson(self.lesson).experiments
        if self.experiment not in known:
            raise ValueError(
                f"the lesson has no experiment {self.experiment!r}: give one of {', '.join(known)}"
            )
        return self


class SourceClaim(BaseConfig):
    """A claim of a source; its `id` is the name of its file.

    `test.paper` says what the source found, `expected` in which direction and how much is expected here, and
    `here` how the experiment differs from that of the source.
    """

    id: Id
    title: Sentence
    source: str = Field(pattern=r"^\d{4}\.\d{4,5}$", description="arXiv id of the paper")
    authors: Sentence
    test: Claim
    expected: Sentence
    here: Sentence
    prepared: Experiment | None = Field(None, description="experiment of its own")
    of_lesson: LessonExperiment | None = Field(None, description="experiment of a lesson, instead")
    figure: str = Field("", description="name of the figure; none: the first of the experiment's result")

    @model_validator(mode="after")
    def _check_experiment(self) -> Self:
        if (self.prepared is None) is (self.of_lesson is None):
            raise ValueError("a claim has one experiment: give prepared or of_lesson")
        kinds = kinds_of(self.experiment.result_type)
        if self.test.measure.kind not in kinds:
            given = f"the experiment has no measure {self.test.measure.kind!r}"
            raise ValueError(f"{given}: give test.measure.kind as one of {', '.join(kinds)}")
        return self

    @property
    def experiment(self) -> Experiment:
        """Experiment that tests the claim."""
        if self.of_lesson is not None:
            return lesson(self.of_lesson.lesson).experiments[self.of_lesson.experiment]
        assert self.prepared is not None
        return self.prepared

    @property
    def lesson(self) -> str | None:
        """Lesson that teaches the claim, None without one."""
        return None if self.of_lesson is None else self.of_lesson.lesson

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """Recipes that cite the source."""
        return tuple(one for one in RECIPES.values() if f"arXiv:{self.source}" in one.source)
