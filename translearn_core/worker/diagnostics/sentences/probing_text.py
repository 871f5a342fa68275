"""Sentences about probe scores: best layers, selectivity, change by training."""

import numpy as np

from translearn_core.jobs import LENGTH
from translearn_core.results import ProbeScores
from translearn_core.results.format import count_noun, join_list, magnitude, quote
from translearn_core.results.metric import ACCURACY, MACRO_F1, Metric, metric_of

BEFORE, AFTER = "pretrained", "fine-tuned"
FEW_ROWS = 100
"""Below this number of test rows of the control task a caveat is added."""
FIRST_WORD = ("first word", "texts whose first word it has seen")
"""What the random labels of the control task depend on, and the rows where that is known."""


def best_layers(scores: ProbeScores) -> dict[str, int]:
    """Return the layer with the best cross-validated score of each variant; ties go to the lower layer."""
    chosen = scores.cross_validated.mean(axis=2).argmax(axis=1)
    return {variant: int(layer) for variant, layer in zip(scores.variants, chosen, strict=True)}


def sentences(scores: ProbeScores, *, label: bool, recurring: int, noun: str = "text") -> tuple[str, ...]:
    """Summarise probe scores; `label` if the target is the label that the run was trained on.

    `recurring` counts the test rows whose control label can be known from training rows; `noun` names a row
    (`DataConfig.row_noun`).
    """
    target = (
        "the label" if label else "the length of a text" if scores.target == LENGTH else quote(scores.target)
    )
    texts = [_best_layer_text(scores, target)]
    if len(scores.control_test):
        texts.append(_selectivity_text(scores, recurring, noun))
    if len(scores.code_bits):
        texts.append(_code_text(scores))
    if {BEFORE, AFTER} <= set(scores.variants):
        texts.append(_change_text(scores, target, label=label))
    return tuple(texts)


def _best_layer_text(scores: ProbeScores, target: str) -> str:
    parts, format_score = [], metric_of(scores.metric).format
    measure = metric_of(scores.metric).label
    for variant, layer in best_layers(scores).items():
        v = scores.variants.index(variant)
        where = "the embeddings, before any block" if layer == 0 else f"layer {layer}"
        score, low, high = (format_score(table[v, layer]) for table in (scores.test, scores.low, scores.high))
        if scores.metric == ACCURACY:
            parts.append(
                f"in the {variant} model {where}: a probe there gets {score} right ({low} to {high})"
            )
            continue
        parts.append(
            f"in the {variant} model {where}: a probe there reaches a {measure} of {score} ({low} to {high})"
        )
    return (
        f"Which layer knows most about {target}? On {count_noun(scores.n_test, 'test row')}, "
        f"{'; '.join(parts)}. Counting words (TF-IDF) gets {format_score(scores.tfidf.value)}, the "
        f"{scores.constant_name} {format_score(scores.majority)}."
    )


def _selectivity_text(scores: ProbeScores, recurring: int, noun: str) -> str:
    variant, layer = next((v, k) for v, k in best_layers(scores).items() if v != "random init")
    v = scores.variants.index(variant)
    control = float(scores.control_test[:, v, layer].mean())
    if not np.isfinite(control):
        unseen = (
            "no test word is a training word"
            if noun == "word"
            else "no test text begins with a word that a training text begins with"
        )
        return f"How much of that is the layer's own cannot be told: {unseen}, so nothing can be memorised."
    return (
        "How much of that is the layer's, and not the probe's? "
        f"{_control_text(scores, f'layer {layer} of the {variant} model', control, recurring, noun)} What it "
        "gets above that it has memorised. "
        f"{_of_the_layer(float(scores.selectivity[v, layer]), metric_of(scores.metric))}"
    )


def _control_text(scores: ProbeScores, where: str, control: float, recurring: int, noun: str) -> str:
    drawn = {ACCURACY: "classes", MACRO_F1: "sets of labels"}.get(scores.metric, "numbers")
    kind, seen = ("word", "words it has seen") if noun == "word" else FIRST_WORD
    score, constant = map(metric_of(scores.metric).format, (control, float(scores.control_majority.mean())))
    rows = count_noun(recurring, "row")
    match scores.metric == ACCURACY, recurring < FEW_ROWS:
        case True, True:
            return (
                f"On a control task, {drawn} drawn at random for each {kind}, the same probe on {where} gets "
                f"{score} of the {seen}, only {rows}, so take it roughly; the {scores.constant_name} gets "
                f"{constant}."
            )
        case True, False:
            return (
                f"On a control task, {drawn} drawn at random for each {kind}, the same probe on {where} gets "
                f"{score} of the {seen}; the {scores.constant_name} gets {constant}."
            )
        case False, True:
            return (
                f"On a control task, {drawn} drawn at random for each {kind}, the same probe on {where} gets "
                f"{score} on the {seen}, only {rows}, so take it roughly; the {scores.constant_name} gets "
                f"{constant}."
            )
    return (
        f"On a control task, {drawn} drawn at random for each {kind}, the same probe on {where} gets {score} "
        f"on the {seen}; the {scores.constant_name} gets {constant}."
    )


def _of_the_layer(selectivity: float, metric: Metric) -> str:
    points = f"{magnitude(100 * selectivity)} points" if metric.share else magnitude(selectivity, 3)
    if selectivity <= 0:
        return (
            f"That is {points} more than of the target itself, which leaves no selectivity: nothing shows "
            "that the layer knows it."
        )
    return f"The rest, {points}, is selectivity: what the layer makes easy to read."


def _code_text(scores: ProbeScores) -> str:
    parts = []
    for v, variant in enumerate(scores.variants):
        layer = int(scores.code_bits[v].argmin())
        parts.append(
            f"{scores.code_bits[v, layer]:,.0f} bits with layer {layer} of the {variant} model "
            f"({scores.compression[v, layer]:.2f} times shorter)"
        )
    return (
        f"How easily is it read? The labels of the {count_noun(scores.n_train, 'training row')} take "
        f"{scores.uniform_bits:,.0f} bits by themselves, and at least {join_list(parts)}, sent by a probe "
        "that learns from the rows before. The shorter the code, the fewer rows it takes to read the layer."
    )


def _change_text(scores: ProbeScores, target: str, *, label: bool) -> str:
    before, after = scores.variants.index(BEFORE), scores.variants.index(AFTER)
    top = scores.test.shape[1] - 1
    first, last = float(scores.test[before, top]), float(scores.test[after, top])
    before_text, after_text = (metric_of(scores.metric).format(score) for score in (first, last))
    numbers = f"a probe gets {before_text} before training and {after_text} after it"
    if np.array_equal(scores.test[before], scores.test[after]):
        return "No layer changed what it knows: the backbone stayed as it was."
    significant = (
        scores.low[after, top] > scores.high[before, top] or scores.high[after, top] < scores.low[before, top]
    )
    if label:
        how = "more than chance" if significant else "the intervals overlap, so it could be chance"
        return f"What did training do to it? In the last layer, which the head reads, {numbers}: {how}."
    if not significant:
        answer = "not visibly: the intervals overlap"
    else:
        answer = "yes, some of it" if last < first else "no, it is easier to read than before"
    return f"Did training wipe out what the last layer knew about {target}? There {numbers}: {answer}."
