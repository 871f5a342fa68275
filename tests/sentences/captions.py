"""Captions of the pages and of reports: neighbours, snapshots, selections, layer weights, stages, scores."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
from hypothesis import assume
from hypothesis import strategies as st

from pages._ui.datasets import column_form
from pages._ui.diagnostics import error_analysis, label_efficiency_training, nearest_neighbours, snapshots
from pages._ui.forms import augmentation, training_timeline
from pages._ui.results import scores, text_table, weights
from pages._ui.studies import study_cost
from tests.sentences.outcomes import counts, ends, estimates, shares
from tests.sentences.reading import Case, sentence
from translearn_core.analysis.error_analysis.calibration import coverage
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    RecipeName,
    Stage,
    StudyConfig,
    TrainingConfig,
    expand_grid,
)
from translearn_core.config.training import AugmentConfig
from translearn_core.reporting.formatting import score_sentence
from translearn_core.results import (
    Baseline,
    Difference,
    EpochPoint,
    Evaluation,
    History,
    LayerMix,
    Metrics,
    NearestNeighbours,
    Snapshots,
)
from translearn_core.results.diagnostics.baselines import MAJORITY
from translearn_core.results.training.run_summary import CacheUsage

Draw = st.DrawFn
DATA = DataConfig(dataset="d" * 20, text="text", label="label")


@sentence
@st.composite
def neighbours(draw: Draw) -> Case:
    """Nearest neighbours of one text before and after training."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    size = draw(st.integers(1, 10))
    lines = np.stack([rng.permutation(np.arange(1, 14))[:size] for _ in range(2)])
    result = NearestNeighbours(("pretrained", "fine-tuned"), 3, 0, lines, np.ones(lines.shape))
    labels = pd.Series(rng.choice(("a", "b"), 14))
    own = [int((labels.to_numpy()[line] == labels[0]).sum()) for line in lines]
    shared = len(set(lines[0]) & set(lines[1]))
    return Case(nearest_neighbours.caption(result, labels), [shared, size, *own])


@sentence
@st.composite
def training_snapshots(draw: Draw) -> Case:
    """Label agreement and probe accuracy over the snapshots of a training; it may fall or stay."""
    moments, texts = draw(st.integers(1, 4)), 40
    purity = np.asarray([[draw(shares)] for _ in range(moments)])
    accuracy = np.asarray([[draw(estimates(shares))] for _ in range(moments)], dtype=object)
    low, middle, high = (
        np.asarray([[getattr(cell[0], end)] for cell in accuracy]) for end in ("low", "value", "high")
    )
    none = np.zeros(texts, dtype=np.int64)
    result = Snapshots(
        0, ("a", "b"), ("train", "test"), tuple(f"after epoch {'abcd'[k]}" for k in range(moments)),
        tuple(range(moments)), (0,) * moments, (0,) * moments, "accuracy",
        "majority class", draw(shares), texts, draw(counts),
        np.zeros((moments, texts, 2)), none, none, none, middle, low, high, purity, np.ones((moments, 1)),
    )  # fmt: skip
    text = snapshots.caption(result)
    if moments < 2:
        return Case(text, claims={"nothing to compare": True})
    gains = np.diff(purity[:, 0])
    rose = bool(gains.max() >= snapshots.HARDLY)
    shown = [
        10,
        0,
        texts,
        100 * purity[0, 0],
        100 * purity[-1, 0],
        result.n_test,
        100 * result.constant_baseline,
    ]
    shown += [100 * float(value) for value in (middle[0, 0], middle[-1, 0], low[-1, 0], high[-1, 0])]
    shown += [100 * gains.max()] if rose and moments > 2 else []
    claims = {"did not rise visibly": not rose, "largest increase": rose and moments > 2}
    if rose and moments > 2:
        claims[f"largest increase came .*{'abcd'[int(gains.argmax()) + 1]}"] = True
    return Case(text, shown, claims=claims)


@sentence
@st.composite
def selected_texts(draw: Draw) -> Case:
    """Selected texts, their commonest label, and the errors among them."""
    labels = draw(st.lists(st.sampled_from(("a", "b")), min_size=1, max_size=30))
    predicted = [draw(st.sampled_from(("a", "b", None))) for _ in labels]
    missing = predicted.count(None)
    hidden = draw(st.integers(0, len(labels)))
    commonest = max(labels.count("a"), labels.count("b"))
    wrong = sum(b is not None and a != b for a, b in zip(labels, predicted, strict=True))
    text = text_table.caption(pd.DataFrame({"label": labels, "predicted": predicted}), hidden)
    shown = [len(labels), 100 * commonest / len(labels), wrong, *(n for n in (hidden, missing) if n)]
    return Case(text, shown, claims={"not drawn": hidden > 0, "not predicted": missing > 0})


@sentence
@st.composite
def layer_weights(draw: Draw) -> Case:
    """The layer that the head reads most; weights may be equal."""
    raw = draw(st.lists(st.sampled_from((1.0, 1.0001, 3.0)), min_size=1, max_size=7))
    mix = LayerMix(tuple(w / sum(raw) for w in raw), 1.0)
    largest, equal = max(mix.weights), 1 / len(raw)
    where = mix.weights.index(largest)
    same = f"{100 * largest:.1f}" == f"{100 * equal:.1f}"
    shown = [100 * equal] + ([] if same else [100 * largest, *([where, where - 1] if where else [])])
    return Case(weights.caption(mix), shown, claims={"stayed equal": same, "The largest is": not same})


@sentence
@st.composite
def answered_share(draw: Draw) -> Case:
    """Coverage and accuracy at a threshold."""
    rows = draw(st.sampled_from((1, 5, 60)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    curve = coverage(rng.uniform(0.2, 0.9, rows), rng.random(rows) < 0.7)
    chosen = draw(st.integers(0, 100))
    line = curve.iloc[chosen]
    answered = bool(line["coverage"])
    text = error_analysis.coverage_at(cast("Any", SimpleNamespace(coverage=curve)), chosen)
    columns = ("coverage", "accuracy", "low", "high")
    shown = [chosen, *([100 * line[name] for name in columns] if answered else [])]
    return Case(text, shown, claims={"answers nothing": not answered})


@sentence
@st.composite
def augmented_rows(draw: Draw) -> Case:
    """Rows that augmentation adds."""
    copies, rows = draw(st.integers(0, 3)), draw(st.none() | counts)
    text = augmentation.extra_rows_note(AugmentConfig(copies=copies), rows)
    shown = [copies, *([rows, rows * copies] if rows else [])] if copies else []
    return Case(text, shown, claims={"^Off": copies == 0})


@sentence
@st.composite
def finished_stages(draw: Draw) -> Case:
    """Epochs and best validation score of each stage; of equal epochs the first, which is kept."""
    planned, run = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    assume(run <= planned)
    config = ExperimentConfig(
        data=DATA, freeze=FreezePlan(blocks=(4,)), training=TrainingConfig(epochs=planned)
    )
    curve = [draw(st.sampled_from((0.5, 0.75, 0.75004, 1.0))) for _ in range(run)]
    best = curve.index(max(curve)) + 1
    epochs = tuple(
        EpochPoint(k, 10 * k, {"loss": 1.0}, {"loss": 1.0, "macro_f1": x, "accuracy": x}, 1.0, k == best)
        for k, x in enumerate(curve, 1)
    )
    (text,) = training_timeline.describe_finished_stages(config, History((), epochs), 0)
    shown = [planned, max(curve), best, *([run] if run < planned else [])]
    return Case(text, shown, known=[4], names=["macro-F1"])


@sentence
@st.composite
def cache_usage(draw: Draw) -> Case:
    """Texts encoded and seconds saved."""
    texts, passes = draw(counts), draw(st.integers(1, 3))
    encoded, saved = draw(st.integers(0, passes * texts)), draw(st.sampled_from((0.0, 0.3, 2.4, 4000.0)))
    assume(passes > 1 or encoded <= texts)
    text = CacheUsage(texts, encoded, saved, passes).summary()
    shown = [texts, encoded, *([passes] if passes > 1 else []), *([max(1.0, saved)] if saved else [])]
    return Case(text, shown, claims={"saved": saved > 0})


@sentence
@st.composite
def scores_with_intervals(draw: Draw) -> Case:
    """Test scores with intervals, beside the constant prediction."""
    accuracy, macro_f1, baseline, rows = (
        draw(estimates(shares)),
        draw(estimates(shares)),
        draw(shares),
        draw(counts),
    )
    metrics = Metrics(rows, {"accuracy": accuracy, "macro_f1": macro_f1}, 0.4)
    evaluation = Evaluation(("a", "b"), {"test": metrics}, baseline, pd.DataFrame({"split": []}))
    shown = [
        rows,
        100 * accuracy.value,
        *ends(accuracy),
        100 * macro_f1.value,
        *ends(macro_f1),
        100 * baseline,
    ]
    return Case(score_sentence(evaluation), shown, names=["macro-F1", "the F1 of"])


@sentence
@st.composite
def study_size(draw: Draw) -> Case:
    """Runs, configurations and seeds of a study: they multiply, and what trains the same counts once."""
    recipes = draw(
        st.sets(st.sampled_from((RecipeName.LINEAR, RecipeName.LAST_K, RecipeName.FULL, RecipeName.LORA)))
    )
    boundaries = draw(st.sets(st.integers(0, 6), max_size=4))
    sizes = draw(st.sampled_from(((None,), (64, None), (16, 64))))
    assume(recipes or boundaries)
    backbone, seeds = BackboneConfig(), tuple(range(draw(st.integers(1, 3))))
    config = StudyConfig(
        data=DATA,
        backbones=(backbone,),
        recipes=tuple(recipes),
        boundaries=tuple(boundaries),
        seeds=seeds,
        sizes=sizes,
    )
    planned = expand_grid(config, {backbone.label: 6})
    arms, done = len({run.name for run in planned}), draw(st.integers(0, len(planned)))
    assert len(planned) == arms * len(seeds)
    assert arms <= config.combinations
    text = study_cost.describe_runs(config, planned, done)
    fewer = arms < config.combinations
    shown = [
        len(planned),
        arms,
        len(seeds),
        *([done] if done else []),
        *([config.combinations] if fewer else []),
    ]
    return Case(text, shown, claims={"count once": fewer, "trained before": done > 0})


@sentence
@st.composite
def values_beside_classes(draw: Draw) -> Case:
    """Values of the label column, where some are no class of the task."""
    classes, values = draw(st.integers(2, 30)), draw(st.integers(2, 30))
    reading = SimpleNamespace(columns=[SimpleNamespace(name="label", distinct=values)])
    text = column_form.column_values(cast("Any", reading), "label", classes)
    return Case(text or "", [values] * (values != classes))


@sentence
@st.composite
def stage_length(draw: Draw) -> Case:
    """Epochs and patience of a stage."""
    epochs, patience = draw(st.integers(1, 9)), draw(st.none() | st.integers(1, 5))
    text = training_timeline._long(Stage(epochs=epochs, freeze=FreezePlan(), patience=patience))
    shown = [epochs, *([patience] if patience and patience > 1 else [])]
    return Case(text, shown, claims={"up to": patience is not None, "in a row": (patience or 0) > 1})


@sentence
@st.composite
def labels_of_a_curve(draw: Draw) -> Case:
    """Numbers of labels, in total or for each class."""
    classes = draw(st.integers(1, 9))
    size = classes * draw(st.integers(1, 500))
    rows = draw(st.sampled_from((size, 9_000)))
    text = label_efficiency_training._named(size, rows, classes)
    shown = [rows] if rows == size else [size // classes]
    return Case(text, [] if rows == size else shown, known=[size, size // classes, rows])


@sentence
@st.composite
def baseline_to_beat(draw: Draw) -> Case:
    """The baseline beside the test score."""
    constant, score = draw(shares), draw(estimates(shares))
    rival = draw(st.none() | st.sampled_from((MAJORITY, "TF-IDF")))
    metrics = Metrics(60, {"accuracy": score}, 0.4)
    evaluation = Evaluation(("a", "b"), {"test": metrics}, constant, pd.DataFrame({"split": []}))
    margin = Difference(0.0, -0.1, 0.1, 1)
    line = rival and Baseline(rival, {"accuracy": score}, margin, "")
    text = "\n".join(scores._to_beat(evaluation, line or None))
    own = rival == "TF-IDF"
    shown = [100 * constant, *([100 * score.value, *ends(score)] if own else [])]
    return Case(text, shown, claims={"trains no backbone": own}, names=["TF-IDF"])
