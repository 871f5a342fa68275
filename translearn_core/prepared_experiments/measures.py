"""Measures of results: numbers with intervals by label, such as arms, methods or layers."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np

from translearn_core.errors import ConfigError
from translearn_core.prepared_experiments.measure import Measure, Measured
from translearn_core.results import ArmScore, Comparison, Estimate, LabelEfficiency, ProbeScores, Similarity
from translearn_core.results.diagnostics.baselines import SCRATCH
from translearn_core.results.interval_estimate import ALPHA_TAIL

NAN = float("nan")

Take = Callable[[Any, Measure], Measured]
"""Function that takes a measure from a result."""


def take(measure: Measure, result: Any) -> Measured:
    """Return the numbers of a measure in its unit, by label.

    Raises
    ------
    ConfigError
        If the result has no such measure, arm, method or layer.
    """
    kinds = kinds_of(type(result))
    if measure.kind not in kinds:
        raise ConfigError("measure", measure.kind, f"one of {', '.join(kinds) or 'those of another result'}")
    values = kinds[measure.kind](result, measure)
    if not values:
        raise ConfigError("measure", measure.kind, "one that the experiment's result holds")
    return {measure.names.get(name, name): _scaled(one, measure.unit.scale) for name, one in values.items()}


def kinds_of(result: type) -> dict[str, Take]:
    """Return the measures of a type of result by their name."""
    return MEASURES.get(result, {})


def _scaled(one: Estimate, scale: float) -> Estimate:
    return Estimate(one.value * scale, one.low * scale, one.high * scale)


def deviation(values: list[float]) -> Estimate:
    """Return the standard deviation of normal values with its 95 % interval; NaN of fewer than six.

    The quantiles of chi-squared are those of Wilson and Hilferty (1931), doi:10.1073/pnas.17.12.684, which
    give ends within 3 % from five degrees of freedom on.
    """
    n = len(values) - 1
    if n < 5:
        return Estimate(NAN, NAN, NAN)
    sd = float(np.std(values, ddof=1))

    def quantile(p: float) -> float:
        z = NormalDist().inv_cdf(p)
        return float(n * max(1 - 2 / (9 * n) + z * math.sqrt(2 / (9 * n)), 1e-6) ** 3)

    return Estimate(
        sd, sd * math.sqrt(n / quantile(1 - ALPHA_TAIL)), sd * math.sqrt(n / quantile(ALPHA_TAIL))
    )


SEED = ", seed "
"""Between the arm and the seed in the names of an experiment that compares seeds."""


def _scores(result: Comparison, measure: Measure) -> Measured:
    return measure.choose({arm.name: arm.headline for arm in result.arms})


def _differences(result: Comparison, measure: Measure) -> Measured:
    return measure.choose({arm.name: arm.difference for arm in result.arms if arm.difference is not None})


def _losses(result: Comparison, measure: Measure) -> Measured:
    """Differences from the baseline with the opposite sign."""
    return measure.choose({arm.name: -arm.difference for arm in result.arms if arm.difference is not None})


def by_group(result: Comparison) -> dict[str, list[float]]:
    """Return the scores of the runs of each arm, of a comparison of single runs."""
    groups: dict[str, list[float]] = {}
    for arm in result.arms:
        groups.setdefault(arm.name.partition(SEED)[0], []).append(arm.headline.value)
    return groups


def _ranges(result: Comparison, measure: Measure) -> Measured:
    groups = by_group(result).items()
    return measure.choose({name: Estimate(max(all) - min(all), NAN, NAN) for name, all in groups})


def _deviations(result: Comparison, measure: Measure) -> Measured:
    return measure.choose({name: deviation(all) for name, all in by_group(result).items()})


def _pair(result: Comparison, measure: Measure) -> tuple[ArmScore, ArmScore]:
    """Return the two arms of a ratio."""
    if len(measure.of) != 2:
        raise ConfigError("measure.of", list(measure.of), "two arms, the first over the second")
    arms = {arm.name: arm for arm in result.arms}
    first, second = (
        arms[name] for name in measure.choose({name: arm.headline for name, arm in arms.items()})
    )
    return first, second


def _time_ratios(result: Comparison, measure: Measure) -> Measured:
    """Mean seconds of the runs of one arm over those of another."""
    first, second = _pair(result, measure)
    return {"ratio": Estimate(first.seconds / second.seconds, NAN, NAN)}


def _score_ratios(result: Comparison, measure: Measure) -> Measured:
    """Score of one arm over that of another.

    Over the baseline the interval is that of the paired difference, over the baseline's score; else the
    widest that both intervals allow.
    """
    first, second = _pair(result, measure)
    one, other = first.headline, second.headline
    ratio = one.value / other.value
    if second.name == result.baseline and first.difference is not None:
        ends = (1 + end / other.value for end in (first.difference.low, first.difference.high))
        return {"ratio": Estimate(ratio, *ends)}
    return {"ratio": Estimate(ratio, one.low / other.high, one.high / other.low)}


def _boundaries(result: Comparison, measure: Measure) -> Measured:
    """Scores by what trains, from the head to the embeddings."""
    arms = sorted(result.arms, key=lambda arm: -arm.boundary)
    return measure.choose({arm.name: arm.headline for arm in arms})


def _methods(result: LabelEfficiency, measure: Measure) -> Measured:
    """Scores of methods with `at` labels, the reference size by default."""
    size = result.reference_size if measure.at is None else measure.at
    if size not in result.sizes:
        raise ConfigError("measure.at", size, f"one of {', '.join(map(str, result.sizes))}")
    k = result.sizes.index(size)
    return measure.choose(
        {
            name: Estimate(float(result.mean[i, k]), float(result.low[i, k]), float(result.high[i, k]))
            for i, name in enumerate(result.names)
        }
    )


def _method_curve(result: LabelEfficiency, measure: Measure) -> Measured:
    """Scores of one method by number of labels."""
    name = measure.of[0] if measure.of else result.names[0]
    if name not in result.names:
        raise ConfigError("measure", name, f"one of {', '.join(result.names)}")
    i = result.names.index(name)
    return {
        str(size): Estimate(float(result.mean[i, k]), float(result.low[i, k]), float(result.high[i, k]))
        for k, size in enumerate(result.sizes)
    }


def _worth(result: LabelEfficiency, measure: Measure) -> Measured:
    """Labels that a worse method (`of`, else from scratch) needs for the score of a better one.

    Where it never gets there, all labels of the curve are the lower end and there is no upper one.
    """
    wanted = measure.of[0] if measure.of else SCRATCH
    for reach in result.reaches:
        if reach.worse != wanted:
            continue
        if reach.labels is None:
            low = float(result.sizes[-1]) if reach.low is None else reach.low
            return {wanted: Estimate(math.inf, low, math.inf)}
        low = float(reach.reference_size) if reach.low is None else reach.low
        return {wanted: Estimate(reach.labels, low, math.inf if reach.high is None else reach.high)}
    raise ConfigError("measure", wanted, f"one of {', '.join(reach.worse for reach in result.reaches)}")


def _probe_curve(result: ProbeScores, measure: Measure) -> Measured:
    """Probe scores of one model (`of`, else pretrained) by layer."""
    v = _variant(result, measure)
    layers = range(result.test.shape[1])
    ends = result.test[v], result.low[v], result.high[v]
    return {str(k): Estimate(*(float(end[k]) for end in ends)) for k in layers}


def _probe_gain(result: ProbeScores, measure: Measure) -> Measured:
    """Probe score of the last layer minus that of the embeddings, with the widest interval."""
    v = _variant(result, measure)
    first, last = 0, result.test.shape[1] - 1
    value = float(result.test[v, last] - result.test[v, first])
    low = float(result.low[v, last] - result.high[v, first])
    return {"gain": Estimate(value, low, float(result.high[v, last] - result.low[v, first]))}


def _selectivity(result: ProbeScores, measure: Measure) -> Measured:
    """Probe score minus that of the control tasks by layer; the interval is that of the probe score."""
    v = _variant(result, measure)
    values = result.selectivity[v]
    down, up = result.test[v] - result.low[v], result.high[v] - result.test[v]
    return {
        str(k): Estimate(float(value), float(value - down[k]), float(value + up[k]))
        for k, value in enumerate(values)
    }


def _controls(result: ProbeScores, measure: Measure) -> Measured:
    """Score of the control tasks by layer, the mean of all, with the mean ends of their intervals."""
    v = _variant(result, measure)
    parts = result.control_test, result.control_low, result.control_high
    mean, low, high = (part[:, v].mean(axis=0) for part in parts)
    return _at(
        {str(k): Estimate(float(mean[k]), float(low[k]), float(high[k])) for k in range(len(mean))}, measure
    )


def _control_gains(result: ProbeScores, measure: Measure) -> Measured:
    """Score of the control tasks above their most frequent class, by layer."""
    majority = float(np.mean(result.control_majority))
    return {
        name: Estimate(one.value - majority, one.low - majority, one.high - majority)
        for name, one in _controls(result, measure).items()
    }


def _at(values: Measured, measure: Measure) -> Measured:
    """Return the value at the layer `at`, or those of all layers."""
    if measure.at is None:
        return values
    if str(measure.at) not in values:
        raise ConfigError("measure.at", measure.at, f"one of {', '.join(values)}")
    return {str(measure.at): values[str(measure.at)]}


def _variant(result: ProbeScores, measure: Measure) -> int:
    name = measure.of[0] if measure.of else result.variants[0]
    if name not in result.variants:
        raise ConfigError("measure", name, f"one of {', '.join(result.variants)}")
    return result.variants.index(name)


def _similarity_curve(result: Similarity, measure: Measure) -> Measured:
    """CKA of each layer before and after training."""
    ends = result.diagonal, result.low, result.high
    layers = range(len(result.diagonal))
    return _at({str(k): Estimate(*(float(end[k]) for end in ends)) for k in layers}, measure)


def _top_change(result: Similarity, measure: Measure) -> Measured:  # noqa: ARG001
    """CKA of the layer a third of the way up minus that of the last, with the widest interval."""
    last = len(result.diagonal) - 1
    low = round(last / 3)
    value = float(result.diagonal[low] - result.diagonal[last])
    worst, best = float(result.low[low] - result.high[last]), float(result.high[low] - result.low[last])
    return {"change": Estimate(value, worst, best)}


OVER_TEST_ROWS = {"difference", "loss", "score-ratio"}
"""Measures of a comparison whose intervals narrow with more test rows."""


def rows_behind(measure: Measure, result: Any) -> int | None:
    """Return the test rows that a measure's interval narrows with, None where it is not rows that are few."""
    if isinstance(result, Comparison) and measure.kind in OVER_TEST_ROWS:
        return result.test_rows
    return None


MEASURES: dict[type, dict[str, Take]] = {
    Comparison: {
        "score": _scores,
        "difference": _differences,
        "loss": _losses,
        "range": _ranges,
        "deviation": _deviations,
        "depth": _boundaries,
        "time-ratio": _time_ratios,
        "score-ratio": _score_ratios,
    },
    LabelEfficiency: {"score": _methods, "curve": _method_curve, "worth": _worth},
    ProbeScores: {
        "layers": _probe_curve,
        "layers-gain": _probe_gain,
        "selectivity": _selectivity,
        "controls": _controls,
        "controls-gain": _control_gains,
    },
    Similarity: {"layers": _similarity_curve, "top-change": _top_change},
}
"""Measures by type of result and name."""
