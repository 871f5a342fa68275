"""Which recipe to begin with: rules applied to what was measured before any training. Facts in, advice out.

The rules are rows of `advice_rules`, tried in order; nothing is added up to a score.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from translearn_core.analysis.advisor.facts import TaskFacts
from translearn_core.analysis.advisor.rules import (
    CASES,
    DOUBTS,
    HERE,
    LEE,
    MOST_EPOCHS,
    QUICKER,
    READING,
    RELATEDNESS,
    STEPS,
    UNEVEN,
    WEIGHTS,
    ZHANG,
    Rule,
    share,
)
from translearn_core.config import RECIPES, Family, RecipeName
from translearn_core.results import Advice, Fact, Option, Reason

LONGER = (
    RecipeName.LAST_K,
    RecipeName.LORA,
    RecipeName.FULL,
    RecipeName.DISCRIMINATIVE,
    RecipeName.LP_FT,
)
"""Recipes whose number of passes is raised where rows are few; the others train in stages, or a head."""
BATCH = 32
"""Texts a step that the numbers of passes are reckoned with."""
LONG = 1_800.0
"""Seconds of training that are worth a doubt."""
CHANCE = 0.05
"""Share of equal pairs that `clearly_better` may call different."""


def clearly_better(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> bool:
    """Whether `first` gets more of the same rows right than `second`, by more than chance (5 %).

    Parameters
    ----------
    first, second : bool arrays, shape (rows,)
        Which rows each gets right.

    References
    ----------
    McNemar (1947), doi:10.1007/BF02295996, in its exact form.
    """
    wins, losses = int((first & ~second).sum()), int((second & ~first).sum())
    return wins > losses and float(binomtest(wins, wins + losses).pvalue) < CHANCE


def advise(m: TaskFacts) -> Advice:
    """Return the recipe to begin with, its settings, the reasons, and what speaks against it."""
    relatedness, case, reading = (_first(rules, m) for rules in (RELATEDNESS, CASES, READING))
    wanted = case.recipes[0]
    recipe, quicker = _fits_in_budget(m, case.recipes)
    frozen = RECIPES[recipe].family is Family.FROZEN
    reasons = [relatedness.reason(m), case.reason(m)]
    if recipe not in case.recipes and recipe is not _frozen(m):
        reasons.append(Reason(_too_long(m, wanted), quicker[0], quicker[1]))
    elif RECIPES[wanted].family is not Family.FROZEN and frozen:
        says = "Only a head on frozen features can be learnt in that time."
        reasons.append(Reason(_too_long(m, wanted), says, LEE))
    reasons += [reading.reason(m)] * frozen
    chosen = settings(m, recipe)
    return Advice(
        recipe=str(recipe),
        settings=chosen,
        sentence=_sentence(m, recipe),
        facts=facts(m),
        reasons=(*reasons, *_about_settings(m, chosen)),
        doubts=_doubts(m, recipe),
        options=tuple(_option(m, name) for name in RecipeName),
    )


def settings(m: TaskFacts, recipe: RecipeName) -> dict[str, object]:
    """Return what the facts say to change in a recipe, by dotted name; costs are not looked at."""
    found: dict[str, object] = {}
    if recipe is RecipeName.LINEAR and m.lead and m.not_last:
        found |= {"features.layers": "one", "features.layer": m.layers[m.best]}
    if m.commonest > UNEVEN * m.rarest:
        found["training.class_weights"] = "balanced"
    epochs = min(MOST_EPOCHS, -(-STEPS // max(1, -(-m.train // BATCH))))
    if recipe in LONGER and epochs > 3:
        found["training.epochs"] = epochs
    return found


def facts(m: TaskFacts) -> tuple[Fact, ...]:
    """Return what was measured, in words."""
    of_rows = "all" if m.learnt == m.train else f"{m.learnt:,} of the"
    how = f"learnt from {of_rows} training rows, scored on {m.held:,} validation rows"
    tfidf, probe = m.tfidf_interval, m.probe_interval
    return (
        Fact("Training labels", f"{m.train:,}", "rows to learn from"),
        Fact("Classes", f"{m.classes:,}", f"{m.rarest:,} to {m.commonest:,} training rows in each"),
        Fact("Always the commonest answer", share(m.majority), f"on {m.held:,} validation rows"),
        Fact("Texts with two labels", share(m.torn), "rows whose text stands there with another label too"),
        Fact(
            "Tokens a text", f"{m.median_tokens:.0f}, 95 % up to {m.long_tokens:.0f}",
            f"median; {m.token_limit} are read, {share(m.cut)} of the texts are longer",
        ),
        Fact("Unknown tokens", share(m.unknown), "[UNK]: pieces the backbone cannot read"),
        Fact("Counting words (TF-IDF)", f"{share(m.tfidf)} ({share(tfidf.low)} to {share(tfidf.high)})", how),
        Fact("Probe, last layer", share(m.probes[-1]), how),
        Fact(
            f"Probe, best layer ({m.layers[m.best]})",
            f"{share(m.probes[m.best])} ({share(probe.low)} to {share(probe.high)})",
            f"{how}; the best of {len(m.layers)} is a little flattered",
        ),
        Fact(
            "LogME, layer by layer", ", ".join(f"{value:.3f}" for value in m.logme),
            f"layers {m.layers[0]} to {m.layers[-1]}; higher suits your labels better, without training",
        ),
        Fact("Time at hand", "no limit" if m.at_hand is None else format_fact(m.at_hand), "as you said"),
    )  # fmt: skip


def format_fact(seconds: float) -> str:
    """Return an estimated span of time in words, no finer than it is known."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"about {seconds / length:.{0 if seconds >= 10 * length else 1}f} {unit}"
    return f"about {max(1, seconds):.0f} s"


def _first(rules: tuple[Rule, ...], m: TaskFacts) -> Rule:
    return next(rule for rule in rules if rule.applies(m))


def _frozen(m: TaskFacts) -> RecipeName:
    return next(iter(_first(READING, m).recipes), RecipeName.LINEAR)


def _fits(m: TaskFacts, name: RecipeName) -> bool:
    cost = m.costs.get(name)
    return cost is not None and cost.memory and (m.at_hand is None or cost.seconds <= m.at_hand)


def _fits_in_budget(m: TaskFacts, wanted: tuple[RecipeName, ...]) -> tuple[RecipeName, tuple[str, str]]:
    """Return the first recipe that fits, and why a quicker one is one to take, with its source."""
    for name in wanted:
        name = _frozen(m) if name is RecipeName.LINEAR else name
        if _fits(m, name):
            return name, ("", "")
    quicker = ((name, (says, source)) for name, says, source in QUICKER if _fits(m, name))
    return next(quicker, (_frozen(m), ("", "")))


def _too_long(m: TaskFacts, name: RecipeName) -> str:
    cost = m.costs.get(name)
    if cost is None:
        return f"{RECIPES[name].title} is not possible on this backbone"
    if not cost.memory:
        return f"{RECIPES[name].title} needs more memory than a training may use here"
    hand = "no limit" if m.at_hand is None else format_fact(m.at_hand)
    return f"{RECIPES[name].title} would take {format_fact(cost.seconds)}; time at hand: {hand}"


def _sentence(m: TaskFacts, recipe: RecipeName) -> str:
    cost = m.costs.get(recipe)
    takes = "" if cost is None else f", which takes {format_fact(cost.seconds)} here"
    late = "" if _fits(m, recipe) else " That is more than there is, but nothing else is quicker."
    return f"Begin with “{RECIPES[recipe].title}”{takes}.{late}"


def _about_settings(m: TaskFacts, chosen: dict[str, object]) -> list[Reason]:
    found = []
    if "training.class_weights" in chosen:
        saw = f"{m.commonest:,} training rows in the commonest class, {m.rarest:,} in the rarest"
        says = "Let every class count the same in the loss, or the rare ones are never answered."
        found.append(Reason(saw, says, WEIGHTS))
    if epochs := chosen.get("training.epochs"):
        saw = f"{-(-m.train // BATCH):,} steps in a pass over the training rows"
        says = f"Few rows need more passes than the usual 3: take {epochs}; the best one is kept."
        found.append(Reason(saw, says, ZHANG))
    return found


def _doubts(m: TaskFacts, recipe: RecipeName) -> tuple[Reason, ...]:
    found = [rule.reason(m) for rule in DOUBTS if rule.applies(m)]
    if m.lead and m.not_last and RECIPES[recipe].family is not Family.FROZEN:
        says = "Recipes that train the backbone read its last layer, which is not the best one yet."
        found.append(Reason(_first(READING, m).observation(m), says, HERE))
    cost = m.costs.get(recipe)
    if cost is not None and cost.seconds > LONG:
        saw = f"{RECIPES[recipe].title} takes {format_fact(cost.seconds)} here"
        quicker = m.costs.get(RecipeName.LAST_K)
        shorter = f" ({format_fact(quicker.seconds)})" if quicker and quicker.seconds < cost.seconds else ""
        says = (
            f"A long wait for a first look: the last blocks alone{shorter} or a head tell much of it sooner."
        )
        found.append(Reason(saw, says, LEE))
    half = 1.96 * np.sqrt(m.probes[m.best] * (1 - m.probes[m.best]) / m.held)
    says = (
        f"Recipes that differ by less than about {100 * half:.1f} points cannot be told apart with so few "
        "rows, and the rules come from papers on other data: train the linear recipe too, and compare."
    )
    return (*found, Reason(f"{m.held:,} validation rows", says, HERE))


def _option(m: TaskFacts, name: RecipeName) -> Option:
    cost = m.costs.get(name)
    if cost is None:
        lacks = (
            "Needs a finished run as its teacher."
            if RECIPES[name].teacher
            else "Not possible on this backbone."
        )
        return Option(str(name), None, False, lacks)
    note = RECIPES[name].use_when if cost.memory else "Needs more memory than a training may use here."
    place = {RecipeName.LINEAR: -1, RecipeName.SECOND_LAST: -2}.get(name)
    if place is not None and cost.memory and len(m.probes) >= -place:
        layer = m.best if "features.layer" in settings(m, name) else place
        note = f"A probe on this layer gets {share(m.probes[layer])} of the validation rows right."
    return Option(str(name), cost.seconds, _fits(m, name), note)
