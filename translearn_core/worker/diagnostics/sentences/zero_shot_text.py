"""Sentences about zero-shot classification: the score beside the majority, the space, and missed classes."""

from collections.abc import Mapping

import pandas as pd

from translearn_core.analysis.few_labels.class_descriptions import Space
from translearn_core.config.few_labels.zero_shot import ZeroShotMethod
from translearn_core.results import Estimate
from translearn_core.results.format import count_noun, percent, quote_list
from translearn_core.tasks.classes.single_label import ACCURACY, MACRO_F1

AT_ENDS = 2
"""Classes that are named as the best and the worst described."""


def zero_shot_sentences(
    metrics: Mapping[str, Estimate],
    constant: float,
    n_test: int,
    classes: pd.DataFrame,
    space: Space | None,
    method: ZeroShotMethod,
) -> tuple[str, ...]:
    """Say how often the nearest description is right, where they were compared, and which classes fail."""
    accuracy, f1 = metrics[ACCURACY], metrics[MACRO_F1]
    sentences = [
        f"Without a label {percent(accuracy.value)} of {count_noun(n_test, 'test text')} get their class "
        f"(95 %: {accuracy.percent_range}); always giving the most frequent class gets "
        f"{percent(constant)} right.",
        f"Macro-F1 is {percent(f1.value)} (95 %: {f1.percent_range}).",
    ]
    if method is ZeroShotMethod.ENTAILMENT:
        sentences.append("The backbone is an NLI model: a text gets the description that it entails most.")
    if space is not None:
        sentences.append(
            f"Texts and descriptions are compared by cosine in layer {space.layer}, vectors centred: there "
            "the texts tell most about their predicted classes (mutual information), which needs no label."
            if space.centred
            else f"Texts and descriptions are compared by cosine in layer {space.layer}, vectors as they "
            "are: there the texts tell most about their predicted classes (mutual information), which needs "
            "no label."
        )
    return (*sentences, *_classes(classes))


def _classes(classes: pd.DataFrame) -> list[str]:
    """Name classes that are never predicted, and those with the lowest recall."""
    tested = classes[classes["test texts"] > 0]
    never = tested[tested["predicted"] == 0]["class"].tolist()
    sentences = []
    if never:
        verb = "is" if len(never) == 1 else "are"
        sentences.append(f"{quote_list(never)} {verb} never predicted: describe them in other words.")
    ranked = tested[tested["predicted"] > 0].sort_values("F1", kind="stable")
    if len(ranked) > 2 * AT_ENDS:
        worst, best = ranked["class"].tolist()[:AT_ENDS], ranked["class"].tolist()[-AT_ENDS:][::-1]
        sentences.append(
            f"Among the classes that are predicted, F1 is lowest for {quote_list(worst)} and highest for "
            f"{quote_list(best)}."
        )
    return sentences


def alarm_of(metrics: Mapping[str, Estimate], constant: float) -> str:
    """Return a sentence if the accuracy is no better than the most frequent class, else nothing."""
    accuracy = metrics[ACCURACY]
    if accuracy.low > constant:
        return ""
    if accuracy.high < constant:
        return "Zero-shot is worse here than always giving the most frequent class."
    return "Zero-shot is no better here than always giving the most frequent class, as far as can be told."
