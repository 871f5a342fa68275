"""Sentences on transferability, label efficiency, forgetting, the learning-rate finder, and the advisor."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, differences, ends, estimates, shares, signed
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.advisor.advise import clearly_better
from translearn_core.analysis.comparison.label_efficiency import Crossing
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.similarity.sentence_similarity import StsChange
from translearn_core.config import ProblemType
from translearn_core.results import Estimate, RankAgreement, TaskRetention
from translearn_core.results.metric import metric_of
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.target import Target
from translearn_core.worker.diagnostics import transferability as ratings
from translearn_core.worker.diagnostics.few_labels import label_efficiency
from translearn_core.worker.diagnostics.forgetting import masked_lm, sentence_similarity, task_retention
from translearn_core.worker.diagnostics.layer_scores import LayerScores
from translearn_core.worker.diagnostics.sentences.adaptation_text import worth_sentence
from translearn_core.worker.diagnostics.sentences.label_efficiency_text import crossing_sentence

Draw = st.DrawFn


@sentence
@st.composite
def best_layer(draw: Draw) -> Case:
    """The layer that LogME puts first, and the one that the probe puts first."""
    layers, rows = draw(st.integers(1, 4)), draw(st.sampled_from((1, 20, 400)))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    correct = rng.random((layers, rows)) < rng.choice((0.2, 0.5, 1.0), (layers, 1))
    if draw(st.booleans()):
        correct[:] = correct[0]
    logme = tuple(rng.choice((-1.0, -0.5), layers))
    probe = tuple(correct.mean(axis=1))
    intervals = tuple(map(row_score_interval, correct))
    one = LayerScores(
        cast("Any", None), tuple(range(layers)), logme, logme, (1.0,) * layers, probe, intervals,
        correct.astype(float), "accuracy",
    )  # fmt: skip
    target = SimpleNamespace(names=("a", "b"), problem=ProblemType.SINGLE_LABEL)
    sample = SimpleNamespace(target=target, n_validation=rows)
    text = ratings._best_layer_text({"model": one}, cast("Any", sample), metric_of("accuracy"))
    by_score, by_probe = int(np.argmax(logme)), int(np.argmax(probe))
    accuracy = row_score_interval(correct[by_score])
    shown = [by_score, 2, rows, 100 * accuracy.value, *ends(accuracy)]
    better = probe[by_probe] > probe[by_score]
    sure = better and clearly_better(correct[by_probe], correct[by_score])
    shown += [by_probe, 100 * probe[by_probe]] if better else []
    claims = {"No other layer": not better, "more than chance": sure, "could be chance": better and not sure}
    return Case(text, shown, claims=claims)


def agreement(draw: Draw, of: str) -> RankAgreement:
    n = draw(st.integers(0, 9))
    undefined = n < ratings.MIN_RUNS or draw(st.booleans())
    tau = Estimate(*(float("nan"),) * 3) if undefined else draw(estimates())
    return RankAgreement(ratings.SCORES[0], of, n, tau)


@sentence
@st.composite
def logme_and_probe(draw: Draw) -> Case:
    """Whether LogME orders layers as the probe does; its sign may turn."""
    one = agreement(draw, "layers of model")
    (text,) = ratings._probe_agreement_texts([one], {"model": cast("Any", None)})
    unknown = bool(np.isnan(one.tau.value))
    claims = {
        "to compare their orders": unknown,
        "can be believed": one.tau.low > 0,
        "do not choose a layer by it": one.tau.low <= 0,
    }
    return Case(text, [] if unknown else [one.n, one.tau.value, *ends(one.tau, 1)], [0.0, 1.0], claims)


@sentence
@st.composite
def logme_and_runs(draw: Draw) -> Case:
    """Whether LogME foretold the accuracies of past runs."""
    one = agreement(draw, "past runs")
    past = SimpleNamespace(nunique=lambda: draw(st.integers(1, 2)))
    text = ratings._past_runs_text([one], cast("Any", {ratings.SCORES[0]: past}), metric_of("accuracy"))
    few, unknown = one.n < ratings.MIN_RUNS, bool(np.isnan(one.tau.value))
    shown: list[float] = [one.n] if one.n else []
    shown += [ratings.MIN_RUNS] if few else [] if unknown else [one.tau.value, *ends(one.tau, 1)]
    claims = {
        "can be held against it": few,
        "so they cannot tell": unknown and not few,
        "a guide, not a promise": one.tau.low > 0,
        "the wrong way round": one.tau.high < 0,
        "maybe chance": one.tau.low <= 0 <= one.tau.high,
    }
    return Case(text, shown, [0.0, 1.0], claims)


@sentence
@st.composite
def crossing(draw: Draw) -> Case:
    """How many labels the one needs for what the other does with fewer."""
    smallest, largest = draw(st.sampled_from(((8, 512), (64, 65), (8, 100_000))))
    reference = draw(st.integers(smallest, largest) | st.sampled_from((smallest, largest)))
    sizes = (
        st.none()
        | st.floats(smallest, largest)
        | st.sampled_from((smallest, reference - 0.4, reference, largest))
    )
    low, estimate, high = sorted(
        (draw(sizes) for _ in range(3)), key=lambda n: float("inf") if n is None else n
    )
    assume(all(n is None or n >= smallest for n in (low, estimate, high)))
    seeds, rows = draw(st.integers(1, 3)), draw(st.sampled_from((0, 200)))
    one = Crossing(reference, draw(shares), estimate, low, high, smallest, largest, seeds, rows)
    text = crossing_sentence(one, "transfer", "scratch")
    if not one.has_interval:
        low = high = None
    known: list[float] = [smallest, largest, one.score]
    known += [float(f"{n:.2g}") for n in (estimate, low, high) if n is not None]
    known += [round(n) for n in (estimate, low, high) if n is not None]
    about = estimate is not None and estimate > smallest
    shown = [float(f"{estimate:.2g}") if estimate >= 100 else round(estimate)] if about and estimate else []
    fewer = shown[0] < reference if shown else smallest < reference
    claims = {
        "no crossing seen": estimate is None,
        "which is ahead could be chance": one.has_interval and one.could_be_chance,
        r"one seed: no interval": not one.has_interval,
        r"needs only": about and fewer and not one.could_be_chance,
        r"does only what": estimate is not None and not about and fewer,
    }
    return Case(text, [reference, *shown], known, claims)


@sentence
@st.composite
def worth_in_labels(draw: Draw) -> Case:
    """How many labels of the target alone give the score of a way to it."""
    smallest, largest = 8, 512
    sizes = st.none() | st.floats(smallest, largest) | st.sampled_from((smallest, largest))
    low, estimate, high = sorted(
        (draw(sizes) for _ in range(3)), key=lambda n: float("inf") if n is None else n
    )
    labels, seeds, rows = (
        draw(st.sampled_from((0, 64))),
        draw(st.integers(1, 3)),
        draw(st.sampled_from((0, 9))),
    )
    one = Crossing(labels, draw(shares), estimate, low, high, smallest, largest, seeds, rows)
    about = estimate is not None and estimate > smallest
    shown = [100 * one.score, *([labels] if labels else [])]
    shown += [largest] if estimate is None else []
    shown += [smallest] if estimate is not None and not about else []
    shown += [float(f"{estimate:.2g}") if estimate >= 100 else round(estimate)] if about and estimate else []
    known: list[float] = [smallest, largest]
    known += [float(f"{n:.2g}") for n in (low, high) if n is not None]
    known += [round(n) for n in (low, high) if n is not None]
    claims = {
        "Without a label": labels == 0,
        "does not reach": estimate is None,
        "labels or fewer": estimate is not None and not about,
        "needs about": about,
        "one seed: no interval": not one.has_interval,
    }
    text = worth_sentence(one, "CORAL", "target only", metric_of("accuracy"))
    return Case(text, shown, known, claims)


@sentence
@st.composite
def task_forgetting(draw: Draw) -> Case:
    """What an earlier task lost or gained."""
    scores = [draw(estimates(shares)) for _ in range(4)]
    old, lost = draw(st.none() | st.just(scores[1])), draw(differences(st.just(1)))
    one = TaskRetention(
        "a" * 20, "label (2 classes)", draw(counts), scores[0], old, scores[2], scores[3], lost, ""
    )
    text = task_retention._sentence(one)
    worse, better = lost.high < 0, lost.low > 0
    shown = [scores[2].value, *ends(scores[2], 1), one.n_test, scores[3].value]
    shown += [scores[1].value, scores[0].value] if old else []
    shown += [
        abs(lost.value) if worse or better else lost.value,
        *(ends(-lost, 1) if worse else ends(lost, 1)),
    ]
    claims = {
        r"\] was lost": worse,
        "nothing was lost": better,
        "nothing measurable was lost": not worse and not better,
    }
    return Case(text, shown, claims=claims, names=[one.name])


@sentence
@st.composite
def similarity_of_sentences(draw: Draw) -> Case:
    """Whether similar sentences stay similar."""
    pairs = draw(counts)
    agreement_now = draw(
        estimates() | st.just(Estimate(*(float("nan"),) * 3)) | st.just(Estimate(1.0, 1.0, 1.0))
    )
    change, before = draw(estimates()), draw(signed)
    text = sentence_similarity._sentence(
        pairs, agreement_now, StsChange(before, before + change.value, change)
    )
    if np.isnan(agreement_now.value):
        return Case(text, [pairs])
    kept = agreement_now.low >= sentence_similarity.UNCHANGED
    less, more = change.high < 0, change.low > 0
    shown = [pairs, before, before + change.value, *(ends(-change, 1) if less else ends(change, 1))]
    shown += [] if kept else [agreement_now.value, *ends(agreement_now, 1)]
    shown += [abs(change.value)] if less or more else []
    claims = {"less well": less, "follows better": more, "Nothing measurable": not less and not more}
    return Case(text, shown, [1.0], claims | {"as good as kept": kept})


@sentence
@st.composite
def masked_words(draw: Draw) -> Case:
    """Whether guessing covered words got harder."""
    texts = draw(st.sampled_from((2, 40)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    before, words = rng.uniform(1, 9, texts), np.full(texts, 3)
    shift = draw(st.sampled_from((-1.0, -0.001, 0.0, 0.001, 1.0)))
    noise = draw(st.sampled_from((0.0, 2.0)))
    after = before + 3 * shift + noise * rng.normal(size=texts)
    result = masked_lm._mlm_result(before, after, words, 0)
    assert result is not None
    harder, easier = result.rise.low > 0, result.rise.high < 0
    rise = -result.rise if easier else result.rise
    shown = [texts, result.before, result.after, rise.value, *ends(rise, 1)]
    claims = {"got harder": harder, "got easier": easier, "did not measurably": not harder and not easier}
    return Case(result.sentence, shown, claims=claims)


@sentence
@st.composite
def one_class(draw: Draw) -> Case:
    """The warning that all test rows are of one class."""
    values = np.asarray(draw(st.lists(st.integers(0, 1), min_size=1, max_size=5)))
    target = Target("label", ProblemType.SINGLE_LABEL, ("no", "yes"), values)
    prepared = SimpleNamespace(target=target, problem=PROBLEMS[target.problem])
    text = "".join(label_efficiency._no_task(cast("Any", prepared), np.arange(len(values))))
    single = len(set(values.tolist())) == 1
    return Case(text, [len(values)] * single, claims={f"'{target.names[values[0]]}'": single})
