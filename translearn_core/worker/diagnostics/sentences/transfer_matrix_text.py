"""Sentences about a transfer matrix: what the way to another domain costs, and what foretells it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from translearn_core.config.domains import ALL_BUT, TOGETHER
from translearn_core.results import Estimate
from translearn_core.results.diagnostics.transfer_matrix import (
    FROZEN_PROBE,
    TFIDF_MODEL,
    DistanceAgreement,
)
from translearn_core.results.format import count_noun
from translearn_core.results.metric import Metric

NO_LOSS = (
    "No two domains have both training and test rows, so nothing is compared with learning on the target "
    "itself."
)
FEWEST_PAIRS = 5
"""Pairs of domains from which a distance is held against the losses."""


def matrix_sentences(
    cells: pd.DataFrame, agreements: Sequence[DistanceAgreement], metric: Metric, loss_metric: Metric
) -> tuple[str, ...]:
    """Say where most is lost and least, what more sources give, how TF-IDF does, and what distances tell."""
    frozen = cells[cells["model"] == FROZEN_PROBE]
    single = frozen[frozen["source"].isin(frozen["target"].unique()) & frozen["loss"].notna()]
    if single.empty:
        return (NO_LOSS, *_other_domains(cells, frozen, metric))
    sure = single["loss low"] > 0
    losses = single["loss"].to_numpy()
    worst = int(np.where(sure if sure.any() else True, losses, -np.inf).argmax())
    sentences = [_crossing(single.iloc[worst], loss_metric)]
    if len(single) > 1:
        sentences.append(_crossing(single.iloc[int(losses.argmin())], loss_metric))
        sentences.append(
            f"Of {len(single)} ways from one domain to another, {_lose(int(sure.sum()))} more than chance "
            "explains; each interval holds for its way alone."
        )
    sentences += [
        *_more_sources(frozen, metric),
        _against_words(cells, single, metric),
        *(
            _trained(cells[cells["model"] == name], metric)
            for name in cells["model"].unique()
            if name not in (FROZEN_PROBE, TFIDF_MODEL)
        ),
        *(_agreement(one) for one in agreements if one.n >= FEWEST_PAIRS),
    ]
    return tuple(sentences)


def _other_domains(cells: pd.DataFrame, frozen: pd.DataFrame, metric: Metric) -> tuple[str, ...]:
    """Say how the backbone does on domains that it did not learn from, where nothing is known of a loss."""
    away = frozen[
        (frozen["source"] != frozen["target"]) & ~frozen["source"].str.startswith((TOGETHER, ALL_BUT))
    ]
    return (_against_words(cells, away, metric),) if len(away) else ()


def _crossing(cell: "pd.Series[Any]", metric: Metric) -> str:
    loss = Estimate(cell["loss"], cell["loss low"], cell["loss high"])
    verb = "loses" if loss.value >= 0 else "gains"
    shown = loss if loss.value >= 0 else -loss
    sentence = (
        f"From {cell['source']} to {cell['target']} it {verb} {_amount(shown, metric)} beside learning on "
        f"{cell['target']} itself"
    )
    return sentence + ("." if loss.excludes_zero else ", which could be chance.")


def _lose(number: int) -> str:
    """Return "none loses", "1 loses" or "3 lose"."""
    return f"{number or 'none'} {'lose' if number > 1 else 'loses'}"


def _amount(loss: Estimate, metric: Metric) -> str:
    factor, digits = (100, 1) if metric.share else (1, 3)
    value, low, high = (_signed(factor * end, digits) for end in (loss.value, loss.low, loss.high))
    unit = "points" if metric.share else f"of {metric.label}"
    return f"{value} {unit} (95 %: {low} to {high})"


def _signed(value: float, digits: int) -> str:
    """Return a number with a minus sign if it is negative; what rounds to 0 has none."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _more_sources(frozen: pd.DataFrame, metric: Metric) -> list[str]:
    """Say how sources of several domains do on a target that they did not learn from, and that they did."""
    home = frozen[frozen["source"] == frozen["target"]].set_index("target")["score"]
    sentences = []
    for prefix, what in ((TOGETHER, "All domains together"), (ALL_BUT, "All domains but the tested one")):
        chosen = frozen[
            frozen["source"] == (prefix if prefix == TOGETHER else ALL_BUT + frozen["target"])
        ].set_index("target")["score"]
        if len(chosen):
            mean, at_home = float(chosen.mean()), float(home.reindex(chosen.index).mean())
            sentences.append(
                f"{what} score {metric.format(mean)} on average over the domains; each domain alone, "
                f"tested on itself, {metric.format(at_home)}."
            )
    return sentences


def _against_words(cells: pd.DataFrame, single: pd.DataFrame, metric: Metric) -> str:
    words = cells[cells["model"] == TFIDF_MODEL].set_index(["source", "target"])["score"]
    ways = pd.MultiIndex.from_frame(single[["source", "target"]])
    mean, of_words = float(single["score"].mean()), float(words.reindex(ways).mean())
    ahead = metric.higher_is_better == (of_words > mean)
    verdict = " It does better than the backbone." if ahead and of_words != mean else ""
    return (
        f"On the way to another domain the frozen probe scores {metric.format(mean)} on average, TF-IDF "
        f"{metric.format(of_words)}.{verdict}"
    )


def _trained(cells: pd.DataFrame, metric: Metric) -> str:
    """Say how runs do on the way to another domain and at home, and how many ways lose."""
    on_the_way = cells[cells["source"].isin(cells["target"].unique()) & (cells["source"] != cells["target"])]
    home, name = cells[cells["source"] == cells["target"]], cells["model"].iloc[0]
    if on_the_way.empty or home.empty:
        return f"{name}: no run of one domain was tested on another yet."
    sure = int((on_the_way["loss low"] > 0).sum())
    scores = (metric.format(float(cells["score"].mean())) for cells in (on_the_way, home))
    return (
        f"{name} scores {' on average on the way to another domain, '.join(scores)} at home; of "
        f"{len(on_the_way)} ways {sure} lose more than chance explains."
    )


def _agreement(one: DistanceAgreement) -> str:
    name = one.distance[0].upper() + one.distance[1:]
    if np.isnan(one.tau.value):
        return f"{name} tells nothing here: all pairs have the same, or lose the same."
    verdict = "tells which ways lose more" if one.tau.low > 0 else "does not tell which ways lose more"
    return (
        f"{name} {verdict}: over {count_noun(one.n, 'pair')} of domains its order and that of the "
        f"losses agree to {one.tau.value:.2f} ({one.tau.low:.2f} to {one.tau.high:.2f}; Kendall's tau)."
    )
