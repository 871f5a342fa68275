"""Sentences on several targets of one training."""

from hypothesis import strategies as st

from tests.sentences.outcomes import shares
from tests.sentences.reading import Case, sentence
from translearn_core.results.metric import metric_of
from translearn_core.results.training.joint_targets import TargetForgetting

Draw = st.DrawFn


@sentence
@st.composite
def forgotten_target(draw: Draw) -> Case:
    """What was forgotten of a target while others trained."""
    metric = metric_of(draw(st.sampled_from(("macro_f1", "pearson", "mae"))))
    own, end = draw(shares), draw(st.one_of(shares, st.just(0.5)))
    one = TargetForgetting("topic 7", metric, own, end)
    factor, digits = (100, 1) if metric.share else (1, 3)
    size = round(factor * abs(one.lost), digits)
    shown = [factor * own, factor * end, *([factor * abs(one.lost)] if size else [])]
    claims = {
        "forgotten": one.lost > 0 or not size,
        "gained": one.lost < 0 and size > 0,
        "nothing forgotten": not size,
    }
    return Case(one.sentence(), shown, claims=claims, names=("topic 7", "macro-F1"))
