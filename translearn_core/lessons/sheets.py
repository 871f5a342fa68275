"""Sheets of a lesson as HTML: a worksheet to print, and the teacher's sheet with what to expect."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from translearn_core.lessons import outcomes
from translearn_core.lessons.lesson import Guess, Lesson, Reveal
from translearn_core.prepared_experiments.judgement import judge_result
from translearn_core.prepared_experiments.measure import Measured, Unit
from translearn_core.prepared_experiments.measures import take
from translearn_core.results.format import count_noun, on_two_cores
from translearn_core.translation import Language, set_language

TEMPLATES = ("base", "worksheet", "teacher")

WIDTH, HEIGHT, MARGIN = 520, 220, 44
"""Size of the axes to draw a curve into, in pixels."""


def worksheet(lesson: Lesson, language: Language = Language.ENGLISH) -> str:
    """Return the worksheet: texts, questions and room for answers, without what came out."""
    environment = _environment(language)
    template = environment.get_template("worksheet.html.jinja")
    return str(
        template.render(
            lesson=lesson, live=live_runs(lesson), axes=partial(axes, translate=environment.filters["t"])
        )
    )


def teacher_sheet(lesson: Lesson, language: Language = Language.ENGLISH) -> str:
    """Return the teacher's sheet; raises `NotFoundError` if an outcome is missing."""
    expected = []
    for guess in (step for step in lesson.steps if isinstance(step, Guess)):
        result = outcomes.load(lesson, guess.experiment).result
        expected.append((guess, expected_rows(take(guess.measure, result), guess.unit)))
    template = _environment(language).get_template("teacher.html.jinja")
    return str(
        template.render(lesson=lesson, live=live_runs(lesson), expected=expected, verdicts=verdicts(lesson))
    )


@dataclass(frozen=True)
class LiveRun:
    """A live run of an experiment: its name, how many trainings, and their seconds as computed beforehand."""

    name: str
    runs: int
    seconds: float

    @property
    def time(self) -> str:
        """Time of all trainings in words."""
        return on_two_cores(self.seconds)


def live_runs(lesson: Lesson) -> dict[str, LiveRun]:
    """Return the live runs of a lesson by experiment, where the outcome says how long they take."""
    files = {name: outcomes.outcome_file(lesson, name) for name in lesson.experiments}
    known = {name: file.provenance() for name, file in files.items() if file.available}
    return {
        name: LiveRun(lesson.experiments[name].name, about.runs, about.seconds)
        for name, about in known.items()
    }


def verdicts(lesson: Lesson) -> list[tuple[str, str]]:
    """Return each claim of a lesson with what its outcome says of it."""
    found = []
    for step in lesson.steps:
        if isinstance(step, Reveal) and step.claim is not None:
            result = outcomes.load(lesson, lesson.guess(step.guesses[0]).experiment).result
            found.append((step.claim.paper, judge_result(step.claim, result).sentence))
    return found


def expected_rows(measured: Measured, unit: Unit) -> list[tuple[str, str, str]]:
    """Return label, number and interval of measured numbers, as texts."""
    rows = []
    for name, one in measured.items():
        value = "never reached" if math.isinf(one.value) else unit.text(one.value)
        known = not (math.isnan(one.low) or math.isnan(one.high))
        high = "no end" if math.isinf(one.high) else unit.text(one.high)
        rows.append((name, value, f"{unit.text(one.low)} to {high}" if known else "none"))
    return rows


def axes(guess: Guess, translate: Callable[[str], str] = str) -> Markup:
    """Return empty axes as SVG, to draw a curve into by hand."""
    last = len(guess.points) - 1
    places = [MARGIN + k * (WIDTH - 2 * MARGIN) / last for k in range(last + 1)]
    bottom = HEIGHT - MARGIN
    parts = [
        f'<line x1="{x:.0f}" y1="10" x2="{x:.0f}" y2="{bottom}" stroke="#c5cad3"/>'
        f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle" font-size="13">{_escaped(point)}</text>'
        for x, point in zip(places, map(translate, guess.points), strict=True)
    ]
    for k in range(5):
        y = bottom - k * (bottom - 10) / 4
        value = guess.low + k * (guess.high - guess.low) / 4
        parts.append(
            f'<line x1="{MARGIN}" y1="{y:.0f}" x2="{WIDTH - MARGIN}" y2="{y:.0f}" stroke="#e2e5ea"/>'
            f'<text x="{MARGIN - 6}" y="{y + 4:.0f}" text-anchor="end" font-size="13">{value:g}</text>'
        )
    title = _escaped(translate(f"Empty axes: {guess.measure.title or guess.question}"))
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{title}">'
        f"{''.join(parts)}</svg>"
    )


def sentence(text: str, end: str = ".") -> str:
    """Return a text with `end` behind it, unless it ends a sentence already."""
    return text if text[-1:] in ".?!。？！…" else f"{text}{end}"


def _escaped(text: str) -> str:
    return str(Markup.escape(text))


@cache
def _environment(language: Language) -> Environment:
    home = files("translearn_core.lessons.templates")
    names = [f"{name}.html.jinja" for name in TEMPLATES]
    environment = Environment(
        loader=DictLoader({name: (home / name).read_text(encoding="utf-8") for name in names}),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    markdown = MarkdownIt("commonmark", {"html": False})
    stop, comma = ("。", "、") if language is Language.CHINESE else (".", ", ")
    environment.filters["sentence"] = partial(sentence, end=stop)
    environment.globals["comma"] = comma
    environment.globals["count_noun"] = count_noun
    environment.filters["markdown"] = lambda text: Markup(markdown.render(text))
    set_language(environment, language)
    return environment
