"""Recipe recommendation from facts measured before training, by an ordered list of rules."""

from math import ceil

import numpy as np
from scipy.stats import binomtest

from translearn_core.analysis.advisor.facts import TaskFacts
from translearn_core.analysis.advisor.rules import (
    CASES,
    DOUBTS,
    LAYER_CHOICE,
    LEE,
    MAX_EPOCHS,
    MAX_IMBALANCE,
    MEASURED,
    MIN_STEPS,
    QUICKER,
    RELATEDNESS,
    WEIGHTS,
    ZHANG,
    Rule,
)
from translearn_core.analysis.intervals import Clusters, RowScores
from translearn_core.config import RECIPES, Family, RecipeName
from translearn_core.results import Advice, Fact, Option, Reason
from translearn_core.results.format import approximate_duration, count_noun, percent

MORE_EPOCHS = (
    RecipeName.LAST_K,
    RecipeName.LORA,
    RecipeName.FULL,
    RecipeName.DISCRIMINATIVE,
    RecipeName.LP_FT,
)
"""Recipes trained for more epochs on few rows; the others train in stages, or only a head."""
BATCH = 32
"""Texts per step assumed when counting steps."""
LONG_TRAINING = 1_800.0
"""Seconds of training that raise a doubt."""
ALPHA = 0.05
"""Significance level of `clearly_better`."""


def clearly_better(first: RowScores, second: RowScores, clusters: Clusters = None) -> bool:
    """Whether `first` scores significantly higher than `second` on the same rows (exact sign test, 5 %).

    Parameters
    ----------
    first, second : arrays, shape (rows,)
    clusters : int array, shape (rows,), optional
        Rows that resemble each other: the test is of their sums.

    References
    ----------
    McNemar (1947), doi:10.1007/BF02295996: the sign test where scores are 0 or 1.
    """
    if clusters is not None:
        number = np.unique(clusters, return_inverse=True)[1]
        gain = np.bincount(number, weights=np.asarray(first, np.float64) - np.asarray(second, np.float64))
        wins, losses = int((gain > 0).sum()), int((gain < 0).sum())
    else:
        wins, losses = int((first > second).sum()), int((second > first).sum())
    return wins > losses and float(binomtest(wins, wins + losses).pvalue) < ALPHA


def advise(task: TaskFacts) -> Advice:
    """Return the recommended recipe, its settings, reasons, doubts and alternatives."""
    relatedness, case, reading = (
        _first_applicable(rules, task) for rules in (RELATEDNESS, CASES, LAYER_CHOICE)
    )
    preferred = case.recipes[0]
    recipe, quicker = _fits_in_budget(task, case.recipes)
    frozen = RECIPES[recipe].family is Family.FROZEN
    reasons = [relatedness.reason(task), case.reason(task)]
    if recipe not in case.recipes and recipe is not _frozen_recipe(task):
        reasons.append(Reason(_too_long(task, preferred), quicker[0], quicker[1]))
    elif RECIPES[preferred].family is not Family.FROZEN and frozen:
        cost = task.costs.get(preferred)
        limit = "on it" if cost is None else "in that time" if cost.memory else "in that memory"
        conclusion = f"Only a head on frozen features can be learnt {limit}."
        reasons.append(Reason(_too_long(task, preferred), conclusion, LEE))
    reasons += [reading.reason(task)] * frozen
    overrides = settings(task, recipe)
    return Advice(
        recipe=str(recipe),
        settings=overrides,
        sentence=_sentence(task, recipe),
        facts=facts(task),
        reasons=(*reasons, *_settings_reasons(task, overrides)),
        doubts=_doubts(task, recipe),
        options=tuple(_option(task, name) for name in RecipeName),
    )


def settings(task: TaskFacts, recipe: RecipeName) -> dict[str, object]:
    """Return overrides of a recipe by dotted name; costs are ignored."""
    overrides: dict[str, object] = {}
    if recipe is RecipeName.LINEAR and task.best_beats_last and task.best_below_last:
        overrides |= {"features.layer_combination": "one", "features.layer": task.layers[task.best]}
    if task.commonest > MAX_IMBALANCE * task.rarest:
        overrides["training.class_weights"] = "balanced"
    texts = ceil(task.train / task.words_per_text)
    epochs = min(MAX_EPOCHS, -(-MIN_STEPS // max(1, -(-texts // BATCH))))
    if recipe in MORE_EPOCHS and epochs > 3:
        overrides["training.epochs"] = epochs
    return overrides


def facts(task: TaskFacts) -> tuple[Fact, ...]:
    """Return the measured facts in words."""
    validation = count_noun(task.n_validation, "validation row")
    how = (
        f"learnt from all training rows, scored on {validation}"
        if task.n_train_used == task.train
        else f"learnt from {task.n_train_used:,} of the training rows, scored on {validation}"
    )
    tfidf, probe = task.tfidf, task.best_probe
    return (
        Fact("Training labels", f"{task.train:,}", "rows to learn from"),
        Fact("Classes", f"{task.classes:,}", f"{task.rarest:,} to {task.commonest:,} training rows in each"),
        Fact("Majority class", percent(task.majority), _on_validation(task.n_validation)),
        Fact(
            "Texts with two labels", percent(task.contradictory_share),
            "rows whose text stands there with another label too",
        ),
        Fact(
            "Tokens a text", f"{task.median_tokens:.0f}, 95 % up to {task.long_tokens:.0f}",
            f"median; {task.token_limit} are read, {percent(task.truncated_share)} of the texts are longer",
        ),
        Fact("Unknown tokens", percent(task.unknown_token_share), "[UNK]: pieces the backbone cannot read"),
        Fact(
            "Counting words (TF-IDF)",
            f"{percent(tfidf.value)} ({percent(tfidf.low)} to {percent(tfidf.high)})", how,
        ),
        Fact("Probe, last layer", percent(task.probes[-1]), how),
        Fact(
            f"Probe, best layer ({task.layers[task.best]})",
            f"{percent(probe.value)} ({percent(probe.low)} to {percent(probe.high)})",
            f"{how}; the best of {len(task.layers)} is a little flattered",
        ),
        Fact(
            "LogME, layer by layer", ", ".join(f"{value:.3f}" for value in task.logme),
            f"layers {task.layers[0]} to {task.layers[-1]}; "
            "higher suits your labels better, without training",
        ),
        Fact("Time at hand", _time_limit(task), "as you said"),
    )  # fmt: skip


def _on_validation(rows: int) -> str:
    return "on 1 validation row" if rows == 1 else f"on {rows:,} validation rows"


def format_seconds(seconds: float) -> str:
    """Format an estimated duration to about two significant digits."""
    return f"about {approximate_duration(seconds)}"


def _first_applicable(rules: tuple[Rule, ...], task: TaskFacts) -> Rule:
    return next(rule for rule in rules if rule.applies(task))


def _frozen_recipe(task: TaskFacts) -> RecipeName:
    return next(iter(_first_applicable(LAYER_CHOICE, task).recipes), RecipeName.LINEAR)


def _fits(task: TaskFacts, name: RecipeName) -> bool:
    cost = task.costs.get(name)
    return cost is not None and cost.memory and (task.time_limit is None or cost.seconds <= task.time_limit)


def _fits_in_budget(task: TaskFacts, recipes: tuple[RecipeName, ...]) -> tuple[RecipeName, tuple[str, str]]:
    """Return the first recipe that fits, and the conclusion and source if it is a quicker fallback."""
    for name in recipes:
        name = _frozen_recipe(task) if name is RecipeName.LINEAR else name
        if _fits(task, name):
            return name, ("", "")
    quicker = ((name, (conclusion, source)) for name, conclusion, source in QUICKER if _fits(task, name))
    return next(quicker, (_frozen_recipe(task), ("", "")))


def _too_long(task: TaskFacts, name: RecipeName) -> str:
    cost = task.costs.get(name)
    if cost is None:
        return f"{RECIPES[name].title} is not possible on this backbone"
    if not cost.memory:
        return f"{RECIPES[name].title} needs more memory than a training may use here"
    return (
        f"{RECIPES[name].title} would take {format_seconds(cost.seconds)}; time at hand: {_time_limit(task)}"
    )


def _time_limit(task: TaskFacts) -> str:
    return "no limit" if task.time_limit is None else format_seconds(task.time_limit)


def _sentence(task: TaskFacts, recipe: RecipeName) -> str:
    title, cost = RECIPES[recipe].title, task.costs.get(recipe)
    if cost is None:
        return f"Begin with “{title}”."
    return f"Begin with “{title}”, which takes {format_seconds(cost.seconds)} here." + _excess(task, recipe)


def _excess(task: TaskFacts, recipe: RecipeName) -> str:
    """Return a sentence on memory or time that the recipe lacks, and on the quickest one; else nothing."""
    cost = task.costs.get(recipe)
    if cost is None or _fits(task, recipe):
        return ""
    if not cost.memory:
        return " It needs more memory than a training may use here: choose a smaller backbone or batch."
    possible = {name: other.seconds for name, other in task.costs.items() if other.memory}
    quickest = min(possible, key=possible.__getitem__)
    if possible[quickest] >= cost.seconds:
        return " That is more than there is, but nothing else is quicker."
    title, duration = RECIPES[quickest].title, format_seconds(possible[quickest])
    return f" That is more than there is; the quickest, “{title}”, takes {duration}."


def _settings_reasons(task: TaskFacts, overrides: dict[str, object]) -> list[Reason]:
    reasons = []
    if "training.class_weights" in overrides:
        commonest = count_noun(task.commonest, "training row")
        observation = f"{commonest} in the largest class, {task.rarest:,} in the smallest"
        conclusion = "Let every class count the same in the loss, or the rare ones are never answered."
        reasons.append(Reason(observation, conclusion, WEIGHTS))
    if epochs := overrides.get("training.epochs"):
        observation = f"{count_noun(-(-task.train // BATCH), 'step')} in a pass over the training rows"
        conclusion = f"Few rows need more passes than the usual 3: take {epochs}; the best one is kept."
        reasons.append(Reason(observation, conclusion, ZHANG))
    return reasons


def _doubts(task: TaskFacts, recipe: RecipeName) -> tuple[Reason, ...]:
    doubts = [rule.reason(task) for rule in DOUBTS if rule.applies(task)]
    if task.best_beats_last and task.best_below_last and RECIPES[recipe].family is not Family.FROZEN:
        conclusion = "Recipes that train the backbone read its last layer, which is not the best one yet."
        doubts.append(Reason(_first_applicable(LAYER_CHOICE, task).observation(task), conclusion, MEASURED))
    cost = task.costs.get(recipe)
    if cost is not None and cost.seconds > LONG_TRAINING:
        observation = f"{RECIPES[recipe].title} takes {format_seconds(cost.seconds)} here"
        quicker = task.costs.get(RecipeName.LAST_K)
        conclusion = (
            f"A long wait for a first look: the last blocks alone ({format_seconds(quicker.seconds)}) or a "
            "head tell much of it sooner."
            if quicker and quicker.seconds < cost.seconds
            else "A long wait for a first look: the last blocks alone or a head tell much of it sooner."
        )
        doubts.append(Reason(observation, conclusion, LEE))
    half = (task.best_probe.high - task.best_probe.low) / 2
    conclusion = (
        f"Recipes that differ by less than about {100 * half:.1f} points cannot be told apart with so few "
        "rows, and the rules come from papers on other data: train the linear recipe too, and compare."
    )
    return (*doubts, Reason(count_noun(task.n_validation, "validation row"), conclusion, MEASURED))


def _option(task: TaskFacts, name: RecipeName) -> Option:
    cost = task.costs.get(name)
    if cost is None:
        lacks = (
            "Needs a finished run as its teacher."
            if RECIPES[name].teacher
            else "Not possible on this backbone."
        )
        return Option(str(name), None, False, lacks)
    note = RECIPES[name].use_when if cost.memory else "Needs more memory than a training may use here."
    default_layer = {RecipeName.LINEAR: -1, RecipeName.SECOND_LAST: -2}.get(name)
    if default_layer is not None and cost.memory and len(task.probes) >= -default_layer:
        layer = task.best if "features.layer" in settings(task, name) else default_layer
        note = f"A probe on this layer gets {percent(task.probes[layer])} of the validation rows right."
    return Option(str(name), cost.seconds, _fits(task, name), note)
