"""Small realistic results for every figure."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from translearn_core.config import ProblemType
from translearn_core.results import (
    ArmScore,
    BackboneInfo,
    Baseline,
    Baselines,
    Comparison,
    Diagnosis,
    Difference,
    Drift,
    EpochPoint,
    Estimate,
    Evaluation,
    History,
    LabelEfficiency,
    LayerMix,
    LrFinderResult,
    Metrics,
    NeighbourhoodQuality,
    Occlusion,
    Prediction,
    ProbeScores,
    Projection,
    ProjectionAnimation,
    Snapshots,
    StepPoint,
    Timeline,
    Transferability,
)
from translearn_core.results.metric import metric_of
from translearn_core.results.sample_efficiency import SampleEfficiency
from translearn_core.tasks import PROBLEMS

HOSTILE = '<b>x</b><a href="javascript:alert(1)">y</a>'


def strings(node: object) -> Iterator[str]:
    """Yield every string of a figure's dictionary."""
    if isinstance(node, go.Figure):
        yield from strings(node.to_dict())
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, np.ndarray):
        yield from strings(node.tolist())
    elif isinstance(node, list | tuple):
        for value in node:
            yield from strings(value)
    elif isinstance(node, str):
        yield node


def make_classes(n: int) -> tuple[str, ...]:
    known = ["negative", "positive", "neutral", "card arrival", "lost or stolen phone", "exchange rate"]
    return tuple([*known, *(f"{i} is an intent told at length" for i in range(len(known), n))][:n])


def make_history(epochs: int = 4, per_epoch: int = 30, gain: float = 0.0) -> History:
    rng = np.random.default_rng(epochs)
    total = epochs * per_epoch
    steps = tuple(
        StepPoint(
            step=i + 1,
            epoch=(i + 1) / per_epoch,
            loss=float(0.25 + 0.5 * np.exp(-i / 30) + 0.08 * rng.normal()),
            lr=5e-5 * min((i + 1) / (0.1 * total), (total - i) / (0.9 * total)),
            head_lr=1e-3 * min((i + 1) / (0.1 * total), (total - i) / (0.9 * total)),
            grad_norm=float(1 + rng.gamma(2, 0.4)),
            tokens_per_second=9000.0,
        )
        for i in range(total)
    )
    best = max(1, epochs - 1)
    points = tuple(
        EpochPoint(
            epoch=e,
            step=e * per_epoch,
            train={
                "loss": 0.7 * 0.6**e + 0.1,
                "accuracy": 0.98 - 0.3 * 0.6**e,
                "macro_f1": 0.97 - 0.3 * 0.6**e,
            },
            validation={
                "loss": 0.42 - 0.05 * min(e, best) + 0.03 * max(0, e - best),
                "accuracy": 0.78 + 0.02 * min(e, best) - 0.01 * max(0, e - best) + gain,
                "macro_f1": 0.77 + 0.02 * min(e, best) - 0.01 * max(0, e - best) + gain,
            },
            seconds=3.0,
            best=e == best,
        )
        for e in range(1, epochs + 1)
    )
    return History(steps, points)


def make_evaluation(classes: tuple[str, ...]) -> Evaluation:
    rng, n = np.random.default_rng(0), len(classes)
    confusion = rng.poisson(0.3 if n > 15 else 2.0, (n, n)) + np.diag(rng.integers(20, 45, n))
    scores = {"accuracy": Estimate(0.86, 0.84, 0.88), "macro_f1": Estimate(0.85, 0.83, 0.87)}
    label, predicted = (np.repeat(k.ravel(), confusion.ravel()) for k in np.indices((n, n)))
    names = np.asarray(classes, dtype=object)
    predictions = pd.DataFrame({"split": "test", "label": names[label], "predicted": names[predicted]})
    return Evaluation(classes, {"test": Metrics(len(label), scores, 0.4)}, 1 / n, predictions)


def make_projection(points: int, classes: tuple[str, ...], domains: tuple[str, ...] = ()) -> Projection:
    rng, n = np.random.default_rng(1), len(classes)
    label = rng.integers(0, n, points)
    predicted = np.where(rng.random(points) < 0.85, label, rng.integers(0, n, points))
    centres = rng.normal(0, 6, (2, n, 2))
    coordinates = (centres[:, label] + rng.normal(0, 1.2, (2, points, 2))).astype(np.float32)
    return Projection(
        variants=("pretrained", "fine-tuned"),
        classes=classes,
        splits=("train", "validation", "test"),
        settings={"method": "umap", "layer": "6", "seed": "0"},
        nearness=(
            NeighbourhoodQuality(Estimate(0.7, 0.66, 0.74), 0.05, 0.88),
            NeighbourhoodQuality(Estimate(0.9, 0.87, 0.92), 0.51, 0.96),
        ),
        chance=1 / n,
        overlap=Estimate(0.31, 0.29, 0.33),
        sentence="",
        total=points * 2,
        coordinates=coordinates,
        row=np.arange(1, points + 1),
        index=np.arange(points),
        label=label,
        predicted=predicted,
        split=rng.choice(3, points, p=[0.7, 0.15, 0.15]),
        shown=np.arange(points),
        domains=domains,
        domain=np.arange(points) % len(domains) if domains else np.empty(0, np.int64),
    )


def make_probes(layers: int = 7) -> ProbeScores:
    rise = np.linspace(0, 1, layers)
    test = np.stack([0.790 + 0.035 * np.sin(2.6 * rise), 0.790 + 0.08 * rise**2])
    return ProbeScores(
        variants=("pretrained", "fine-tuned"),
        cross_validated=np.repeat(test[:, :, None], 5, axis=2),
        test=test,
        low=test - 0.018,
        high=test + 0.017,
        c=np.full(test.shape, 0.01),
        majority=0.501,
        tfidf=Estimate(0.813, 0.795, 0.831),
        n_train=6920,
        n_test=1821,
        code_bits=9000 * (1 - test),
        code_low=8900 * (1 - test),
        code_high=9100 * (1 - test),
        uniform_bits=6920.0,
    )


def make_drift() -> Drift:
    parts = ["embeddings", *(f"block {k}" for k in range(6)), "head"]
    moved = [0.0, 0.0, 0.0, 0.0, 0.0, 0.42, 0.93, 1.4]
    return Drift(
        pd.DataFrame(
            {
                "name": [f"{p}.weight" for p in parts],
                "part": parts,
                "trainable": [m > 0 for m in moved],
                "had_gradient": [m > 0 for m in moved],
                "relative_change": [m / 20 for m in moved],
                "parameters": [1000] * len(parts),
                "moved_norm": moved,
                "start_norm": [20.0] * 7 + [2.0],
            }
        )
    )


def make_diagnosis(classes: tuple[str, ...]) -> Diagnosis:
    rng = np.random.default_rng(2)
    train = rng.integers(20, 160, len(classes))
    counts = pd.DataFrame({"label": classes, "train": train, "validation": train // 5, "test": train // 4})
    starts = np.arange(3, 203, 4)
    texts = (900 * starts / 30 * np.exp(-starts / 25)).astype(int)
    lengths = pd.DataFrame({"tokens_from": starts, "tokens_to": starts + 3, "texts": texts})
    return Diagnosis((), classes, counts, lengths, 27.0, 0.01, 1.3, 0.031, 128)


def make_prediction(classes: tuple[str, ...]) -> Prediction:
    scores = np.random.default_rng(3).normal(0, 2.2, (2, len(classes)))
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    decoded = PROBLEMS[ProblemType.SINGLE_LABEL].decode(classes, probabilities)
    return Prediction(
        ("one", "two"), classes, ProblemType.SINGLE_LABEL, probabilities.astype(np.float32), decoded,
        pd.DataFrame(),
    )  # fmt: skip


def make_occlusion(words: tuple[str, ...]) -> Occlusion:
    importance, control = np.random.default_rng(4).normal(0, 1.5, (2, len(words)))
    frame = pd.DataFrame({"word": words, "importance": importance, "control": control})
    return Occlusion(" ".join(words), "good", 0.9, frame, "bad", 0.6)


ACCURACY, MACRO_F1 = metric_of("accuracy"), metric_of("macro_f1")


def make_runs(
    names: tuple[str, ...] = ("head only", "blocks 4, 5", "embeddings + blocks 0–5"),
) -> pd.DataFrame:
    accuracy = np.linspace(0.81, 0.89, len(names))
    return pd.DataFrame(
        {
            "name": names,
            "accuracy": accuracy,
            "accuracy low": accuracy - 0.018,
            "accuracy high": accuracy + 0.016,
            "macro F1": accuracy - 0.003,
            "macro F1 low": accuracy - 0.021,
            "macro F1 high": accuracy + 0.012,
            "seconds": np.geomspace(9.6, 236, len(names)),
            "trainable": np.geomspace(0.0001, 1, len(names)),
        }
    )


def make_comparison(
    names: tuple[str, ...] = ("top blocks", "everything", "head"), boundaries: tuple[int, ...] = (0,)
) -> Comparison:
    """Return an arm for each name and boundary; the first is the baseline."""
    cells = []
    for i, name in enumerate(names):
        for boundary in boundaries:
            accuracy = 0.8 + 0.002 * (i % 40) - 0.01 * boundary
            margin = Difference(accuracy - 0.8, accuracy - 0.81, accuracy - 0.78, 3)
            cells.append(
                ArmScore(
                    name=name if len(boundaries) == 1 else f"{name} from {boundary}",
                    runs=3,
                    spread="over 3 seeds",
                    scores={
                        "accuracy": Estimate(accuracy, accuracy - 0.02, accuracy + 0.015),
                        "macro_f1": Estimate(accuracy - 0.01, accuracy - 0.03, accuracy + 0.01),
                    },
                    seconds=40.0 - 3 * boundary,
                    trainable=1000,
                    trains="head only" if boundary == 6 else f"blocks {boundary}–5",
                    boundary=boundary,
                    train_rows=64 * (i % 3 + 1),
                    backbone="all-MiniLM-L6-v2",
                    difference=margin if cells else None,
                )
            )
    return Comparison(cells[0].name, 600, tuple(cells))


def make_anatomy(blocks: int = 6, *, final: int = 0, splittable: bool = True) -> BackboneInfo:
    return BackboneInfo(
        id="all-MiniLM-L6-v2",
        architecture="BertModel",
        width=384,
        token_limit=512,
        vocabulary=30522,
        causal=False,
        embedding_parameters=11_917_824,
        block_parameters=(1_774_464,) * blocks,
        final_parameters=final,
        block_class="BertLayer",
        bytes=90_000_000,
        digest="d",
        supports_partial_forward=splittable,
    )


def make_timeline(
    labels: tuple[str, ...] = ("head only", "block 5", "blocks 4, 5"), blocks: int = 6
) -> Timeline:
    parts = ("embeddings", *(f"block {k}" for k in range(blocks)), "head")
    columns, each = 4, 10
    rates = np.zeros((len(parts), columns * len(labels)))
    rates[-1] = np.geomspace(1e-3, 1e-4, rates.shape[1])
    for stage in range(1, len(labels)):
        rates[-1 - min(stage, blocks) : -1, columns * stage :] = 5e-5
    edges = np.arange(rates.shape[1] + 1) * each
    wide = columns * each
    stages = tuple((wide * n, wide * (n + 1), label) for n, label in enumerate(labels))
    return Timeline(parts, stages, edges, rates)


def make_moved(epochs: int = 6, per_epoch: int = 20) -> History:
    def moved(epoch: int) -> dict[str, float]:
        late = {"block 4": 0.002 * max(0, epoch - 4), "block 5": 0.004 * max(0, epoch - 2)}
        return {"head": 0.3 * epoch, **late}

    points = make_history(epochs, per_epoch).epochs
    return History((), tuple(replace(p, stage=(p.epoch - 1) // 2, moved=moved(p.epoch)) for p in points))


def make_replayed(classes: tuple[str, ...], texts: int = 800, moments: int = 9, layers: int = 7) -> Snapshots:
    rng, n = np.random.default_rng(4), len(classes)
    label = rng.integers(0, n, texts)
    centres = rng.normal(0, 6, (n, 2))[label]
    place = rng.normal(0, 3, (texts, 2))
    grown = np.linspace(0.1, 1, moments)
    accuracy = 0.6 + 0.25 * grown[:, None] * np.linspace(0.2, 1, layers)
    return Snapshots(
        layer=layers - 1,
        classes=classes,
        splits=("train", "validation", "test"),
        moments=("before training", *(f"after stage {m}: block {6 - m}" for m in range(1, moments))),
        epochs=tuple(range(moments)),
        steps=tuple(30 * m for m in range(moments)),
        stages=(0, *range(moments - 1)),
        metric="accuracy",
        constant_name="majority-class baseline",
        constant_baseline=1 / n,
        n_train=texts // 2,
        n_test=texts - texts // 2,
        coordinates=(grown[:, None, None] * centres + place).astype(np.float32),
        index=np.arange(texts),
        label=label,
        split=np.where(np.arange(texts) < texts // 2, 0, 2),
        score=accuracy,
        low=accuracy - 0.04,
        high=accuracy + 0.04,
        purity=accuracy - 0.1,
        c=np.full(accuracy.shape, 0.1),
    )


def make_walk(
    classes: tuple[str, ...], texts: int = 300, layers: int = 7, *, changed: int | None = 4
) -> ProjectionAnimation:
    """Two variants that differ from layer `changed` on, or not at all if it is None."""
    rng, n = np.random.default_rng(6), len(classes)
    label = rng.integers(0, n, texts)
    grown = np.tile(np.linspace(0.1, 0.6, layers), (2, 1))
    if changed is not None:
        grown[1, changed:] += 0.4
    centres = rng.normal(0, 6, (n, 2))[label]
    purity = 1 / n + (1 - 1 / n) * 0.9 * grown
    return ProjectionAnimation(
        variants=("pretrained", "fine-tuned"),
        classes=classes,
        splits=("train", "validation", "test"),
        chance=1 / n,
        sentence="A sentence.",
        coordinates=(grown[..., None, None] * centres + rng.normal(0, 2, (texts, 2))).astype(np.float32),
        purity=purity,
        low=purity - 0.04,
        high=purity + 0.03,
        silhouette=purity - 0.5,
        overlap=np.where(grown[0] == grown[1], 1.0, 0.4),
        index=np.arange(texts),
        label=label,
        split=np.asarray([0, 0, 1, 2])[np.arange(texts) % 4],
    )


def make_mix(layers: int = 7) -> LayerMix:
    weights = np.linspace(1, 3, layers)
    return LayerMix(tuple((weights / weights.sum()).tolist()), 1.2)


def make_rate_search(steps: int = 100) -> LrFinderResult:
    rng, rates = np.random.default_rng(5), np.geomspace(1e-6, 0.5, steps)
    x = np.log10(rates)
    smoothed = 0.7 - 0.45 / (1 + np.exp(-(x + 3.6) * 4)) + 0.4 * np.exp((x + 1) * 2.2)
    losses = smoothed + 0.06 * rng.normal(size=steps)
    return LrFinderResult(
        setting="lr",
        before=5e-5,
        rates=tuple(rates.tolist()),
        losses=tuple(losses.tolist()),
        smoothed=tuple(smoothed.tolist()),
        suggestion=3e-4,
        reason="The loss falls fastest near 0.0003 and is lowest near 0.01. At 0.5 it runs away.",
    )


def make_baselines(names: tuple[str, ...] = ("majority class", "TF-IDF", "frozen probe")) -> Baselines:
    """Baselines: the first far below the run, the last above it, the others equal."""
    lines = []
    for k, name in enumerate(names):
        margin = 0.3 if k == 0 else -0.05 if k == len(names) - 1 else 0.005
        score = Estimate(0.84 - margin, 0.82 - margin, 0.86 - margin)
        make_margin = Difference(margin, margin - 0.02, margin + 0.02, 1)
        lines.append(
            Baseline(name, {"accuracy": score, "macro_f1": score}, make_margin, f"The run against {name}.")
        )
    test = Metrics(1821, {"accuracy": Estimate(0.84, 0.82, 0.86)}, 0.5)
    return Baselines(test, 6920, tuple(lines), "It helped.", ("One seed.",))


def with_controls(scores: ProbeScores, control: float = 0.6) -> ProbeScores:
    """Return the scores with one control task."""
    accuracy = np.full((1, *scores.test.shape), control)
    return replace(
        scores, control_test=accuracy, control_low=accuracy - 0.02, control_high=accuracy + 0.02,
        control_c=np.full(accuracy.shape, 0.001),
        control_cross_validated=accuracy[..., None], control_majority=np.asarray([0.52]),
    )  # fmt: skip


def make_ratings(names: tuple[str, ...]) -> Transferability:
    lines = [
        (name, layer, -0.6 + 0.02 * layer - 0.008 * (layer - 4) ** 2 - 0.01 * k, 0.5, 0.7 + 0.02 * layer)
        for k, name in enumerate(names)
        for layer in range(7)
    ]
    layers = pd.DataFrame(lines, columns=["backbone", "layer", "LogME", "H-score", "probe"])
    return Transferability(700, 2, "A sentence.", (), layers, pd.DataFrame({"run": []}))


def make_label_efficiency(
    names: tuple[str, ...] = ("TF-IDF", "frozen probe", "recipe full", "from scratch"),
    sizes: tuple[int, ...] = (8, 16, 32, 64, 128, 6920),
) -> LabelEfficiency:
    """Return rising lines, each a little below the previous one; the last lacks a size."""
    rise = np.log2(np.asarray(sizes)) / 40
    mean = np.stack([0.6 + rise - 0.15 * k / len(names) for k in range(len(names))])
    mean[-1, 1] = np.nan
    scores = np.repeat(mean[:, :, None], 3, axis=2)
    layers, reach = (
        np.full((len(sizes), 3), 5),
        SampleEfficiency(names[0], names[-1], 64, 0.75, 1900.0, 800.0, None),
    )
    return LabelEfficiency(
        names, sizes, (0, 1, 2), 64, 900, 1821, "accuracy", "majority-class baseline", 0.501,
        ("A sentence.",), scores, mean, mean - 0.02, mean + 0.02, layers, np.full(layers.shape, 0.1),
        (reach,), Estimate(0.55, 0.52, 0.58),
    )  # fmt: skip
