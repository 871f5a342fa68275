"""Sentences of the recipe advisor and of the learning-rate finder."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.advisor.advise import advise, format_seconds
from translearn_core.analysis.advisor.facts import Cost, TaskFacts
from translearn_core.config import RECIPES, RecipeName
from translearn_core.results import Advice
from translearn_core.training.lr_finder import running_mean, suggest_lr

Draw = st.DrawFn


@st.composite
def tasks(draw: Draw) -> TaskFacts:
    """Facts of a task, with layers that tie, few labels, rare classes, and recipes that take too long."""
    layers = draw(st.integers(1, 5))
    probes = tuple(draw(shares) for _ in range(layers))
    rows = sorted(draw(counts) for _ in range(2))
    tfidf_wins = draw(st.booleans())
    times = st.sampled_from((0.4, 20.0, 100.0, 2_000.0, 9_000.0))
    costs = {name: Cost(draw(times), draw(st.booleans())) for name in RecipeName if draw(st.booleans())}
    train = sum(rows)
    return TaskFacts(
        train=train, n_train_used=draw(st.sampled_from((train, max(1, train // 2)))),
        n_validation=draw(counts), classes=2, rarest=rows[0], commonest=rows[1],
        contradictory_share=draw(shares), median_tokens=22,
        long_tokens=46, token_limit=128, truncated_share=draw(shares), unknown_token_share=draw(shares),
        majority=draw(shares), tfidf=draw(estimates(shares)), layers=tuple(range(layers)),
        logme=tuple(draw(st.sampled_from((-0.6, -0.5, 0.1))) for _ in range(layers)), probes=probes,
        best_probe=draw(estimates(shares)), tfidf_wins=tfidf_wins,
        tfidf_loses=not tfidf_wins and draw(st.booleans()), best_beats_last=draw(st.booleans()),
        time_limit=draw(st.none() | times), costs=costs,
    )  # fmt: skip


def allowed(task: TaskFacts, advice: Advice) -> list[float]:
    """Return every number that the facts hold, as printed."""
    fractions = [task.contradictory_share, task.truncated_share, task.unknown_token_share, task.majority]
    fractions += [*task.probes, task.tfidf.value, task.tfidf.low, task.tfidf.high]
    fractions += [task.best_probe.value, task.best_probe.low, task.best_probe.high]
    fractions.append((task.best_probe.high - task.best_probe.low) / 2)
    numbers = [100 * fraction for fraction in fractions] + [*task.logme, *task.layers, len(task.layers)]
    numbers += [task.train, task.n_train_used, task.n_validation, task.classes, task.rarest, task.commonest]
    numbers += [task.median_tokens, task.long_tokens, task.token_limit, 95, 3, 4]
    numbers += [-(-task.train // 32), cast("float", advice.settings.get("training.epochs", 0))]
    return numbers


def durations(task: TaskFacts) -> list[str]:
    """Return the durations that may be printed."""
    seconds = [cost.seconds for cost in task.costs.values()] + ([task.time_limit] if task.time_limit else [])
    return [format_seconds(number) for number in seconds]


@sentence
@st.composite
def advice(draw: Draw) -> Case:
    """The advice with reasons, doubts, facts and options; every number is one of the facts."""
    task = draw(tasks())
    result = advise(task)
    reasons = [f"{reason.observation}\n{reason.conclusion}" for reason in (*result.reasons, *result.doubts)]
    facts = [f"{fact.name}\n{fact.value}\n{fact.how}" for fact in result.facts]
    text = "\n".join([result.sentence, *reasons, *facts, *(option.note for option in result.options)])
    recipe, cost = RecipeName(result.recipe), task.costs.get(RecipeName(result.recipe))
    fits = cost is not None and cost.memory and (task.time_limit is None or cost.seconds <= task.time_limit)
    late = cost is not None and cost.memory and not fits
    quicker = cost and [c for c in task.costs.values() if c.memory and c.seconds < cost.seconds]
    claims = {
        f"^Begin with “{RECIPES[recipe].title}”": True,
        "That is more than there is": late,
        "nothing else is quicker": late and not quicker,
        "It needs more memory": cost is not None and not cost.memory,
        "LogME is highest at layer 0": max(task.logme[1:], default=-9.0) < task.logme[0],
        "Counting words beats the frozen backbone": task.tfidf_wins,
        r"learnt in that time": "would take" in text and "Only a head" in text,
    }
    names = [*durations(task), *(recipe.title for recipe in RECIPES.values()), "TF-IDF", "95 % up to"]
    return Case(
        text, [100 * task.majority], allowed(task, result), claims, sorted(names, key=len, reverse=True)
    )


@sentence
@st.composite
def learning_rate(draw: Draw) -> Case:
    """The suggested rate: loss that falls, stays flat, diverges at once, or turns early."""
    steps = draw(st.sampled_from((20, 60)))
    low = draw(st.sampled_from((1e-6, 1e-3)))
    rates = np.geomspace(low, 1.0, steps).tolist()
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    turn = draw(st.floats(0.1, 1.0))
    noise = draw(st.sampled_from((0.001, 0.3)))
    x = np.linspace(0, 1, steps)
    losses = (
        2
        - draw(st.sampled_from((0.0, 1.0))) * x / turn
        + 3 * np.maximum(0, x - turn)
        + noise * rng.normal(size=steps)
    ).tolist()
    end = draw(st.just(steps) | st.integers(1, steps))
    before = 2e-5
    smoothed = running_mean(losses[:end], steps)
    rate, reason = suggest_lr(
        rates[:end], losses[:end], smoothed, cast("Any", SimpleNamespace(steps=steps)), before
    )
    lowest = int(np.argmin(smoothed))
    claims = {"stays at|at a lower rate": rate == before, "a tenth of that keeps": False}
    if "is lowest near" in reason:
        ended = float(f"{rates[lowest] / 10:.1e}")
        claims["a tenth of that keeps"] = rate == ended and "falls fastest" not in reason
        claims["the lowest rate tried keeps"] = rate == float(f"{rates[0]:.1e}") and rate != ended
        claims["falls fastest"] = "falls fastest" in reason
        claims["No higher rate was tried"] = end == steps and lowest == steps - 1
        claims["it runs away"] = end < steps
    known = [float(f"{r:.2g}") for r in (*rates, before)]
    return Case(reason, [], known, claims)
