"""Sentences about a transfer matrix: what going to another domain costs, and what foretells it."""

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
FEWEST_DOMAINS = 5
"""Domains from which the relation of a distance to the losses is judged."""


def matrix_sentences(
    cells: pd.DataFrame, agreements: Sequence[DistanceAgreement], metric: Metric, loss_metric: Metric
) -> tuple[str, ...]:
    """Say where most is lost and least, what more sources give, how TF-IDF does, and what distances tell."""
    frozen = cells[cells["model"] == FROZEN_PROBE]
    single = _between_domains(frozen)
    single = single[single["loss"].notna()]
    if single.empty:
        return (NO_LOSS, *_other_domains(cells, frozen, metric))
    sure = single["loss low"] > 0
    losses = single["loss"].to_numpy()
    worst = int(np.where(sure if sure.any() else True, losses, -np.inf).argmax())
    sentences = [_crossing(single.iloc[worst], loss_metric)]
    if len(single) > 1:
        sentences.append(_crossing(single.iloc[int(losses.argmin())], loss_metric))
        sentences.append(_lose(len(single), int(sure.sum())))
    sentences += [
        *_more_sources(frozen, metric),
        _against_words(cells, single, metric),
        *(
            _trained(cells[cells["model"] == name], metric)
            for name in cells["model"].unique()
            if name not in (FROZEN_PROBE, TFIDF_MODEL)
        ),
        *_agreements(agreements),
    ]
    return tuple(sentences)


def shared_texts(cells: pd.DataFrame) -> tuple[str, ...]:
    """Say what to check where another domain teaches more than the tested one, as translations of it do.

    Test texts whose translations are learned from are no new texts.
    """
    single = _between_domains(cells[cells["model"] == FROZEN_PROBE])
    ahead = single[single["loss high"] < 0]
    if ahead.empty:
        return ()
    first = ahead.iloc[int(ahead["loss"].to_numpy().argmin())]
    return (
        f"Learning on {first['source']} does better on {first['target']} than learning on "
        f"{first['target']} itself, by more than chance. Check whether the domains hold the same texts, such "
        "as translations: their test texts are then known from another domain. If so, number these texts in "
        "a column and choose it as the group of the split, on the page Data.",
    )


def _between_domains(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of one domain as source and another as target."""
    several = (cells["source"] == TOGETHER) | cells["source"].str.startswith(ALL_BUT)
    return cells[~several & (cells["source"] != cells["target"])]


def _other_domains(cells: pd.DataFrame, frozen: pd.DataFrame, metric: Metric) -> tuple[str, ...]:
    """Say how the backbone does on domains that it did not learn from, where nothing is known of a loss."""
    away = _between_domains(frozen)
    return (_against_words(cells, away, metric),) if len(away) else ()


def _crossing(cell: "pd.Series[Any]", metric: Metric) -> str:
    loss = Estimate(cell["loss"], cell["loss low"], cell["loss high"])
    places, home = f"From {cell['source']} to {cell['target']}", f"learning on {cell['target']} itself"
    if _signed(loss.value * (100 if metric.share else 1), 1 if metric.share else 3).strip("0.") == "":
        return f"{places} it loses nothing beside {home}: {_amount(loss, metric)}."
    verb = "loses" if loss.value >= 0 else "gains"
    shown = loss if loss.value >= 0 else -loss
    sentence = f"{places} it {verb} {_amount(shown, metric)} beside {home}"
    return sentence + ("." if loss.excludes_zero else ", which could be chance.")


def _lose(ways: int, number: int) -> str:
    """Say how many of the transfers lose more than chance explains."""
    if not number:
        return (
            f"Of {ways} transfers from one domain to another, none loses more than chance explains; each "
            "interval holds for its transfer alone."
        )
    if number == 1:
        return (
            f"Of {ways} transfers from one domain to another, 1 loses more than chance explains; each "
            "interval holds for its transfer alone."
        )
    return (
        f"Of {ways} transfers from one domain to another, {number} lose more than chance explains; each "
        "interval holds for its transfer alone."
    )


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
        chosen = chosen[chosen.index.isin(home.index)]
        if len(chosen):
            mean, at_home = float(chosen.mean()), float(home[chosen.index].mean())
            sentences.append(
                f"{what} score {metric.format(mean)} on average over the domains that can be learned from; "
                f"each domain alone, tested on itself, {metric.format(at_home)}."
            )
    return sentences


def _against_words(cells: pd.DataFrame, single: pd.DataFrame, metric: Metric) -> str:
    words = cells[cells["model"] == TFIDF_MODEL].set_index(["source", "target"])["score"]
    ways = pd.MultiIndex.from_frame(single[["source", "target"]])
    mean, of_words = float(single["score"].mean()), float(words.reindex(ways).mean())
    ahead = metric.higher_is_better == (of_words > mean)
    verdict = " It does better than the backbone." if ahead and of_words != mean else ""
    return (
        f"On another domain the frozen probe scores {metric.format(mean)} on average, TF-IDF "
        f"{metric.format(of_words)}.{verdict}"
    )


def _trained(cells: pd.DataFrame, metric: Metric) -> str:
    """Say how runs do on another domain and on their own, and how many transfers with several seeds lose."""
    home, name = cells[cells["source"] == cells["target"]], cells["model"].iloc[0]
    on_the_way = _between_domains(cells[cells["target"].isin(home["target"])])
    if on_the_way.empty:
        return f"{name}: on no domain both a run of its own and one of another domain are tested yet."
    home = home[home["target"].isin(on_the_way["target"])]
    at_home = on_the_way["target"].map(home.set_index("target")["seeds"])
    several = on_the_way[(on_the_way["seeds"] > 1) & (at_home > 1)]
    away, own = (metric.format(float(cells["score"].mean())) for cells in (on_the_way, home))
    verdict = _several_lose(len(several), int((several["loss low"] > 0).sum()))
    return f"{name} scores {away} on average on another domain, {own} on its own; {verdict}."


def _several_lose(ways: int, number: int) -> str:
    """Say how many of the transfers with several seeds lose more than chance explains."""
    if not ways:
        return "one seed does not tell which transfers lose more than chance explains"
    transfers = count_noun(ways, "transfer")
    if not number:
        return f"of {transfers} with several seeds none loses more than chance explains"
    if number == 1:
        return f"of {transfers} with several seeds 1 loses more than chance explains"
    return f"of {transfers} with several seeds {number} lose more than chance explains"


def _agreements(agreements: Sequence[DistanceAgreement]) -> list[str]:
    """Say what each distance tells, where there are domains enough; those of earlier versions count none."""
    known = [one for one in agreements if one.domains]
    if (fewest := min((one.domains for one in known), default=FEWEST_DOMAINS)) < FEWEST_DOMAINS:
        return [
            f"Whether a distance tells which transfers lose more takes {FEWEST_DOMAINS} domains or more, and "
            f"here {fewest} are compared."
        ]
    return [_agreement(one) for one in known]


def _agreement(one: DistanceAgreement) -> str:
    name = one.distance[0].upper() + one.distance[1:]
    if np.isnan(one.tau.value):
        return f"{name} tells nothing here: all pairs have the same, or lose the same."
    pairs, domains = count_noun(one.n, "pair"), one.domains
    tau, low, high = (f"{value:.2f}" for value in (one.tau.value, one.tau.low, one.tau.high))
    if one.tau.low > 0:
        return (
            f"{name} tells which transfers lose more: over {pairs} of {domains} domains its order and that "
            f"of the losses agree to {tau} ({low} to {high}; Kendall's tau)."
        )
    return (
        f"{name} does not tell which transfers lose more: over {pairs} of {domains} domains its order and "
        f"that of the losses agree to {tau} ({low} to {high}; Kendall's tau)."
    )
