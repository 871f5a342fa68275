"""Contents of a lesson: title, claim, prepared experiments and steps."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from translearn_core.config import BaseConfig
from translearn_core.prepared_experiments.claim import Claim, Sentence
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.prepared_experiments.measure import Measure, Unit

MOST_WORDS = 120
"""Most words of a screen."""
MOST_MINUTES = 25
"""Most minutes of a lesson."""

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Step(BaseConfig):
    """A screen of a lesson; `text` is Markdown."""

    id: Id
    title: Sentence
    text: str = ""

    @property
    def words(self) -> int:
        """Number of words on the screen before anything is answered."""
        return sum(len(part.split()) for part in self.screen)

    @property
    def screen(self) -> tuple[str, ...]:
        """Texts on the screen."""
        return (self.title, self.text)


class Read(Step):
    """A text."""

    kind: Literal["read"] = "read"


class GuessKind(StrEnum):
    """What is guessed."""

    NUMBER = "number"
    CHOICE = "choice"
    CURVE = "curve"
    ORDER = "order"


class Guess(Step):
    """A guess with a reason, locked before the reveal; `measure` says what is guessed.

    The right choice is the label with the highest number, or the lowest; the order is by number, the highest
    first.
    """

    kind: Literal["guess"] = "guess"
    of: GuessKind
    question: Sentence
    experiment: Id
    measure: Measure
    low: float = Field(0.0, description="lowest number that can be guessed, in the measure's unit")
    high: float = Field(100.0, description="highest number that can be guessed")
    step: float = Field(1.0, gt=0)
    options: tuple[str, ...] = Field((), description="choices, or what is ordered: labels of the measure")
    points: tuple[str, ...] = Field((), description="labels of the measure that a curve is drawn at")
    axis: str = Field("", description="what the points of a curve are, such as layer")
    lowest: bool = Field(False, description="the right choice is the label with the lowest number")

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        if self.of in (GuessKind.CHOICE, GuessKind.ORDER) and len(self.options) < 2:
            raise ValueError(f"a guess of the kind {self.of} needs two options at least")
        if self.of is GuessKind.CURVE and not 2 <= len(self.points) <= 8:
            raise ValueError("a drawn curve needs two to eight points")
        if not self.low < self.high:
            raise ValueError("low must be below high")
        return self

    @property
    def unit(self) -> Unit:
        """Unit of a guessed number."""
        return self.measure.unit

    @property
    def screen(self) -> tuple[str, ...]:
        """Texts on the screen."""
        return (self.title, self.text, self.question, *self.options)


class Do(Step):
    """A prepared experiment: its outcome computed beforehand, and the button that runs it."""

    kind: Literal["do"] = "do"
    experiment: Id


class Reveal(Step):
    """A figure of the app with guesses drawn into it."""

    kind: Literal["reveal"] = "reveal"
    guesses: tuple[Id, ...] = Field(min_length=1)
    figure: str = Field("", description="name of the figure; none: the first of the experiment's result")
    claim: Claim | None = None


class QuizChoice(BaseConfig):
    """An answer of a quiz, and why it is right or wrong."""

    text: Sentence
    right: bool = False
    why: Sentence


class Quiz(Step):
    """A question with choices, each explained."""

    kind: Literal["quiz"] = "quiz"
    question: Sentence
    choices: tuple[QuizChoice, ...] = Field(min_length=2, max_length=6)

    @model_validator(mode="after")
    def _check_right(self) -> Self:
        if sum(choice.right for choice in self.choices) != 1:
            raise ValueError("exactly one choice is right")
        return self

    @property
    def screen(self) -> tuple[str, ...]:
        """Texts on the screen."""
        return (self.title, self.text, self.question, *(choice.text for choice in self.choices))


class Reflect(Step):
    """A question without a right answer."""

    kind: Literal["reflect"] = "reflect"
    question: Sentence

    @property
    def screen(self) -> tuple[str, ...]:
        """Texts on the screen."""
        return (self.title, self.text, self.question)


AnyStep = Annotated[Read | Guess | Do | Reveal | Quiz | Reflect, Field(discriminator="kind")]


class TeacherNotes(BaseConfig):
    """What a teacher needs besides the steps."""

    aim: Sentence
    timing: tuple[Sentence, ...] = Field(min_length=1)
    goes_wrong: tuple[Sentence, ...] = ()


class Lesson(BaseConfig):
    """A lesson; its `id` is the name of its file."""

    id: Id
    number: int = Field(ge=1, le=99)
    title: Sentence
    claim: Sentence = Field(description="what the paper claims, in one sentence")
    source: str = Field(pattern=r"^\d{4}\.\d{4,5}$", description="arXiv id of the paper")
    authors: Sentence
    minutes: int = Field(ge=1, le=MOST_MINUTES)
    needs: tuple[Sentence, ...] = ()
    learned: Sentence = Field(description="what a learner takes away, in one sentence")
    experiments: dict[Id, Experiment] = Field(min_length=1)
    teacher: TeacherNotes
    steps: tuple[AnyStep, ...] = Field(min_length=3, max_length=30)

    @field_validator("steps")
    @classmethod
    def _check_ids(cls, steps: tuple[AnyStep, ...]) -> tuple[AnyStep, ...]:
        ids = [step.id for step in steps]
        if repeated := [one for one in ids if ids.count(one) > 1]:
            raise ValueError(f"two steps are called {repeated[0]}: give each a name of its own")
        return steps

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        if not isinstance(self.steps[0], Guess):
            raise ValueError("the first step is a guess, so that nobody watches before guessing")
        guessed: set[str] = set()
        for step in self.steps:
            if step.words > MOST_WORDS:
                raise ValueError(
                    f"step {step.id} has {step.words} words, a screen at most {MOST_WORDS}: shorten it, "
                    "or make two steps of it"
                )
            if isinstance(step, Guess | Do) and step.experiment not in self.experiments:
                known = ", ".join(self.experiments)
                raise ValueError(f"step {step.id} names the experiment {step.experiment}: use one of {known}")
            if isinstance(step, Reveal):
                if missing := [one for one in step.guesses if one not in guessed]:
                    raise ValueError(
                        f"step {step.id} reveals {missing[0]}, which is no earlier guess: put that before it"
                    )
                if len({self.guess(one).experiment for one in step.guesses}) > 1:
                    raise ValueError(f"step {step.id} reveals two experiments: make two steps of it")
            if isinstance(step, Guess):
                guessed.add(step.id)
        self._check_shown_after_guesses()
        return self

    def _check_shown_after_guesses(self) -> None:
        """Check that no outcome is shown before all guesses about its experiment."""
        shown: set[str] = set()
        for step in self.steps:
            if isinstance(step, Do):
                shown.add(step.experiment)
            if isinstance(step, Reveal):
                shown.add(self.guess(step.guesses[0]).experiment)
            if isinstance(step, Guess) and step.experiment in shown:
                raise ValueError(f"step {step.id} guesses what an earlier step shows: put it before that")

    def step(self, id: str) -> AnyStep | None:
        """Return a step, None if there is none of that name."""
        return next((step for step in self.steps if step.id == id), None)

    def guess(self, id: str) -> Guess:
        """Return the guess called `id`."""
        return next(step for step in self.steps if isinstance(step, Guess) and step.id == id)

    def open_steps(self, locked: frozenset[str]) -> tuple[AnyStep, ...]:
        """Return the steps that may be shown: those up to the first guess that is not locked."""
        for k, step in enumerate(self.steps):
            if isinstance(step, Guess) and step.id not in locked:
                return self.steps[: k + 1]
        return self.steps
