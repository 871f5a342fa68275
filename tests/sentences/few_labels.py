"""Sentences on classification with few labels or none."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from pages._ui.few_labels import earlier_result
from tests.plots.few_label_results import make_zero_shot
from tests.sentences.outcomes import counts, ends, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.few_labels.class_descriptions import Space
from translearn_core.config.few_labels.zero_shot import ZeroShotMethod
from translearn_core.results import Estimate
from translearn_core.worker.diagnostics.sentences import zero_shot_text as texts

Draw = st.DrawFn


def table(predicted: tuple[int, ...]) -> pd.DataFrame:
    """Five classes with so many predictions, the later ones found better."""
    names = ["card", "loan", "fees", "rate", "chat"]
    return pd.DataFrame(
        {"class": names, "test texts": 10, "predicted": predicted, "F1": np.linspace(0.1, 0.9, 5)}
    )


@sentence
@st.composite
def zero_shot_score(draw: Draw) -> Case:
    """The score without labels, beside the most frequent class, and the space that was chosen."""
    accuracy, f1 = draw(estimates(shares)), draw(estimates(shares))
    constant, n_test = draw(shares), draw(counts)
    space = Space(draw(st.integers(0, 24)), draw(st.booleans()), 0.5, np.zeros(1), np.zeros(1))
    said = texts.zero_shot_sentences(
        {"accuracy": accuracy, "macro_f1": f1}, constant, n_test, table((9,) * 5), space,
        ZeroShotMethod.SIMILARITY,
    )  # fmt: skip
    return Case(
        " ".join(said[:3]),
        [
            100 * accuracy.value, *ends(accuracy), n_test, 100 * constant, 100 * f1.value, *ends(f1),
            space.layer,
        ],
        claims={"vectors centred": space.centred, "vectors as they are": not space.centred},
        names=["Macro-F1"],
    )  # fmt: skip


@sentence
@st.composite
def zero_shot_alarm(draw: Draw) -> Case:
    """Whether descriptions beat the most frequent class."""
    accuracy, constant = draw(estimates(shares)), draw(shares)
    said = texts.alarm_of({"accuracy": Estimate(*vars(accuracy).values())}, constant)
    better, worse = accuracy.low > constant, accuracy.high < constant
    return Case(
        said,
        claims={
            "worse here": worse and not better,
            "no better here": not worse and not better,
            "Zero-shot": not better,
        },
    )


@sentence
@st.composite
def described_classes(draw: Draw) -> Case:
    """Classes that are never predicted, and those at the ends."""
    predicted = draw(st.tuples(*(st.sampled_from((0, 7)),) * 5))
    said = " ".join(texts._classes(table(predicted)))
    return Case(
        said,
        claims={
            "never predicted": 0 in predicted,
            "is never predicted": predicted.count(0) == 1,
            "F1 is lowest for 'card' and 'loan' and highest for 'chat' and 'rate'": 0 not in predicted,
        },
        names=["F1"],
    )


@sentence
@st.composite
def changed_descriptions(draw: Draw) -> Case:
    """The accuracy before and after a change of descriptions."""
    old, new = draw(shares), draw(shares)
    results = [
        replace(make_zero_shot(("card", "loan")), metrics={"accuracy": Estimate(value, value, value)})
        for value in (old, new)
    ]
    text = earlier_result.comparison(*results, "the words for 'card' changed")
    return Case(text, [100 * old, 100 * new], claims={"the words for 'card' changed,": True})
