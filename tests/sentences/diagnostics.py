"""Sentences of the diagnostics of layers: probes, CKA, neighbours, projections, transferability."""

import numpy as np
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, ends, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.intervals import mean_interval, row_score_interval
from translearn_core.analysis.similarity.cka import MIN_JACKKNIFE_ROWS, JackknifeCka
from translearn_core.jobs import LENGTH
from translearn_core.results import NeighbourhoodQuality, ProbeScores
from translearn_core.worker.diagnostics.neighbours.neighbourhood_quality import NeighbourhoodChange
from translearn_core.worker.diagnostics.sentences import probing_text
from translearn_core.worker.diagnostics.sentences.projection_animation_text import ProjectionAnimationText
from translearn_core.worker.diagnostics.sentences.similarity_text import BARELY_CHANGED, SimilarityText

Draw = st.DrawFn
VARIANTS = (("pretrained",), ("pretrained", "fine-tuned"), ("random init", "pretrained", "fine-tuned"))


@st.composite
def probe_scores(draw: Draw) -> ProbeScores:
    """Scores of probes in few layers, with ties, with or without control tasks."""
    variants, layers = draw(st.sampled_from(VARIANTS)), draw(st.integers(1, 4))
    shape = (len(variants), layers)
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    test = rng.choice((0.0, 0.3, 0.75, 0.75004, 0.9, 1.0), shape)
    if draw(st.booleans()):
        test[:] = test[:1]
    half = draw(st.sampled_from((0.0, 0.001, 0.1, 0.5)))
    controls = draw(st.integers(0, 2))
    control = rng.choice((0.2, 0.5, 0.9), (controls, *shape))
    if controls and draw(st.booleans()):
        control[:] = np.nan
    coded = draw(st.booleans())
    bits = rng.choice((0.4, 812.0, 1234.5), shape) if coded else np.zeros((0, 0))
    return ProbeScores(
        variants, rng.choice((0.5, 0.6), (*shape, 3)), test, np.clip(test - half, 0, 1),
        np.clip(test + half, 0, 1), np.ones(shape), majority=draw(shares), tfidf=draw(estimates(shares)),
        n_train=draw(counts), n_test=draw(counts), code_bits=bits, uniform_bits=1500.0,
        control_test=control, control_majority=rng.choice((0.2, 0.5), controls),
        target=draw(st.sampled_from(("label", LENGTH, "source"))),
    )  # fmt: skip


@sentence
@st.composite
def probes(draw: Draw) -> Case:
    """Best layers, selectivity, and what training changed in the last layer."""
    scores, label, recurring = draw(probe_scores()), draw(st.booleans()), draw(counts)
    noun = draw(st.sampled_from(("text", "word")))
    text = " ".join(probing_text.sentences(scores, label=label, recurring=recurring, noun=noun))
    best = probing_text.best_layers(scores)
    shown = [scores.n_test, 100 * scores.majority, 100 * scores.tfidf.value]
    for v, layer in enumerate(best[variant] for variant in scores.variants):
        shown += [100 * float(table[v, layer]) for table in (scores.test, scores.low, scores.high)]
        shown += [layer] if layer else []
    claims: dict[str, bool] = {}
    names = ["10-fold", "'source'"]
    if len(scores.control_test):
        variant, layer = next((v, k) for v, k in best.items() if v != "random init")
        control = float(scores.control_test[:, scores.variants.index(variant), layer].mean())
        measured = bool(np.isfinite(control))
        claims["cannot be told"] = not measured
        if measured:
            own = float(scores.selectivity[scores.variants.index(variant), layer])
            shown += [100 * control, 100 * float(scores.control_majority.mean()), 100 * abs(own), layer]
            shown += [recurring] if recurring < probing_text.FEW_ROWS else []
            claims |= {"is selectivity": own > 0, "nothing shows that the layer knows": own <= 0}
    if len(scores.code_bits):
        shown += [scores.n_train, scores.uniform_bits]
        for v, layer in enumerate(scores.code_bits.argmin(axis=1).tolist()):
            shown += [scores.code_bits[v, layer], layer, scores.compression[v, layer]]
    if "fine-tuned" in scores.variants:
        shown += _change(scores, claims, label=label)
    return Case(text, shown, claims=claims, names=names)


def _change(scores: ProbeScores, claims: dict[str, bool], *, label: bool) -> list[float]:
    before, after = (scores.variants.index(name) for name in ("pretrained", "fine-tuned"))
    same = bool(np.array_equal(scores.test[before], scores.test[after]))
    first, last = float(scores.test[before, -1]), float(scores.test[after, -1])
    apart = bool(
        scores.low[after, -1] > scores.high[before, -1] or scores.high[after, -1] < scores.low[before, -1]
    )
    claims["No layer changed what it knows"] = same
    if same:
        return []
    if label:
        claims |= {": more than chance": apart, "so it could be chance": not apart}
    else:
        claims |= {
            "yes, some of it": apart and last < first,
            "easier to read than before": apart and last > first,
            "not visibly": not apart,
        }
    return [100 * first, 100 * last]


@st.composite
def ckas(draw: Draw, layers: int) -> list[JackknifeCka]:
    """A CKA of every layer; 1 where nothing changed, NaN where it is not defined."""
    values = st.sampled_from((1.0, 0.9996, 0.995, 0.7, 0.0, -0.004, float("nan"))) | st.floats(-0.5, 1)
    result = []
    for _ in range(layers):
        value = draw(values)
        spread = draw(st.sampled_from((0.0, 0.0005, 0.05)))
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        result.append(JackknifeCka(value, value + spread * rng.normal(size=8)))
    return result


@sentence
@st.composite
def similarity(draw: Draw) -> Case:
    """CKA before and after training, beside another seed and fresh networks."""
    layers, boundary = draw(st.integers(2, 5)), draw(st.integers(-1, 4))
    before_after, floor = draw(ckas(layers)), draw(ckas(layers))
    chance = draw(st.none() | ckas(layers).filter(lambda line: all(np.isfinite(c.value) for c in line)))
    texts = draw(counts.filter(lambda n: n >= MIN_JACKKNIFE_ROWS))
    n_train = draw(st.sampled_from((0, texts // 2)))
    text = SimilarityText(texts, n_train, boundary, before_after, floor, chance).sentences()
    trained = [k for k in range(max(0, boundary + 1), layers) if np.isfinite(before_after[k].value)]
    if not trained:
        return Case(text, claims={"cannot be compared|Only the head trained": True})
    order = sorted(trained, key=lambda k: before_after[k].value)
    shown: list[float] = [texts, order[0], before_after[order[0]].value]
    shown += ends(before_after[order[0]].estimate, 1)
    shown += [n_train] if n_train else []
    if len(order) > 1:
        shown += [order[1], before_after[order[1]].value, *ends(before_after[order[1]].estimate, 1)]
    barely = [k for k in trained if before_after[k].estimate.low > BARELY_CHANGED]
    known = [1.0, *range(layers)]
    known += [c.value for c in (*floor, *(chance or ())) if np.isfinite(c.value)]
    claims = {"hardly moved": bool(barely), "stood still": boundary >= 0, "not known: train": chance is None}
    if chance is not None:
        gaps = {k: before_after[k].difference(chance[k]) for k in order}
        beyond = [k for k in order if gaps[k].high < 0]
        most = min(beyond, key=lambda k: before_after[k].value) if beyond else order[0]
        shown += [-gaps[most].value, *ends(-gaps[most], 1)]
        claims |= {"that is more than another seed": bool(beyond), "not more than another seed": not beyond}
        claims["In the other layers"] = bool(beyond) and len(beyond) < len(order)
    return Case(text, shown, known, claims)


@st.composite
def neighbour_shares(draw: Draw, shape: tuple[int, ...]) -> np.ndarray:
    """Shares of a text's 10 nearest neighbours: constant, or drawn."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    level = draw(st.sampled_from((0.0, 0.5, 0.9, 1.0)))
    drawn = rng.binomial(10, level, shape) / 10
    return drawn if draw(st.booleans()) else np.full(shape, level)


@sentence
@st.composite
def projection_animation(draw: Draw) -> Case:
    """Purity by layer before and after training, and the first layer that changed."""
    layers, texts = draw(st.integers(1, 3)), draw(st.sampled_from((2, 5, 80)))
    first = draw(st.none() | st.integers(0, layers - 1))
    own = draw(neighbour_shares((2, layers, texts)))
    if draw(st.booleans()):
        own[1] = np.clip(own[0] + draw(st.sampled_from((-0.3, -0.0004, 0.0, 0.0004, 0.3))), 0, 1)
    if first is None:
        own[1] = own[0]
    overlap, chance = draw(neighbour_shares((layers,))), draw(shares)
    told = ProjectionAnimationText(first, chance, own.mean(axis=2), own, overlap)
    shown = [100 * chance, 10]
    known: list[float] = [*range(layers), 1, layers - (first or 0)]
    for v in range(1 if first is None else 2):
        layer = int(own[v].mean(axis=1).argmax())
        interval = row_score_interval(own[v, layer])
        shown += [layer, 100 * float(own[v, layer].mean()), *ends(interval)]
    claims = {"Nothing moved": first is None}
    if first is not None:
        changes = own[1, first:] - own[0, first:]
        spans = [mean_interval(row, len(changes)) for row in changes]
        sure = [k for k, span in enumerate(spans) if span.excludes_zero]
        most = max(sure or range(len(spans)), key=lambda k: abs(spans[k].value))
        turned = spans[most] if spans[most].value >= 0 else -spans[most]
        shown += [100 * turned.value, *ends(turned), 100 * float(overlap[-1])]
        claims |= {
            "No layer changed in this by more than chance": not sure,
            "Training made the largest difference": bool(sure),
            "points more": spans[most].value > 0,
            "points fewer": spans[most].value < 0,
        }
    return Case(told.sentences(), shown, known, claims)


@sentence
@st.composite
def neighbourhood_quality(draw: Draw) -> Case:
    """Label purity of one layer before and after training, and the overlap of neighbours."""
    texts, changed = draw(st.sampled_from((0, 2, 80))), draw(st.booleans())
    own = draw(neighbour_shares((2, texts)))
    if draw(st.booleans()):
        own[1] = np.clip(own[0] + draw(st.sampled_from((-0.3, -0.0004, 0.0, 0.0004, 0.3))), 0, 1)
    quality = tuple(NeighbourhoodQuality(draw(estimates(shares)), 0.1, 0.9) for _ in range(2))
    overlap, chance = draw(neighbour_shares((texts,))), draw(shares)
    told = NeighbourhoodChange(quality, (own[0], own[1]), overlap, chance, 10, changed)
    text = told.sentences()
    if not texts:
        return Case(text, claims={"too few test texts": True})
    shown = [10, 100 * chance, 100 * quality[0].purity.value, *ends(quality[0].purity)]
    claims = {"did not change this layer": not changed}
    if changed:
        shown += [100 * quality[-1].purity.value, *ends(quality[-1].purity)]
        change = mean_interval(own[1] - own[0])
        near, mixed = change.low > 0, change.high < 0
        claims |= {
            "nearer together": near,
            "mixed the labels": mixed,
            "could be chance": not near and not mixed,
        }
        shown += ends(-change) if mixed else ends(change)
        shown += [100 * abs(change.value)] if near or mixed else []
        retained = 10 * float(overlap.mean())
        claims |= {"hardly any of its": retained < 0.5, "nearly all of its": retained > 9.5}
        shown += [retained] if 0.5 <= retained <= 9.5 else []
    return Case(text, shown, claims=claims)
