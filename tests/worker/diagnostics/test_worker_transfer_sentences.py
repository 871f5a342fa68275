"""Sentences on a transfer matrix in which some domains are learned from and others only tested."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from translearn_core.results.diagnostics.transfer_matrix import FROZEN_PROBE, TFIDF_MODEL
from translearn_core.results.metric import ACCURACY, metric_of
from translearn_core.worker.diagnostics.sentences.transfer_matrix_text import (
    NO_LOSS,
    _more_sources,
    _trained,
    matrix_sentences,
    shared_texts,
)

ACC = metric_of(ACCURACY)


def cells(scores: Mapping[tuple[str, str], float], model: str = FROZEN_PROBE, seeds: int = 1) -> pd.DataFrame:
    """Cells by source and target, with the loss where the target itself is a source."""
    lines = []
    for (source, target), score in scores.items():
        loss = np.nan if source == target else scores.get((target, target), np.nan) - score
        lines.append(
            {
                "model": model, "source": source, "target": target, "score": score, "seeds": seeds,
                "loss": loss, "loss low": loss - 0.05, "loss high": loss + 0.05,
            }
        )  # fmt: skip
    return pd.DataFrame(lines)


def test_sources_without_test_rows_are_compared_on_the_domain_that_is_tested():
    scores = {("books", "kitchen"): 0.6, ("dvd", "kitchen"): 0.7, ("kitchen", "kitchen"): 0.8}
    table = pd.concat([cells(scores), cells(scores, TFIDF_MODEL), cells(scores, "own", seeds=2)])
    first, second, third, *_, own = matrix_sentences(table, (), ACC, ACC)
    assert first.startswith("From books to kitchen it loses 20.0 points")
    assert second.startswith("From dvd to kitchen it loses 10.0 points")
    assert third.startswith("Of 2 transfers from one domain to another, 2 lose")
    assert own.startswith("own scores 65.0 % on average on another domain, 80.0 % on its own; of 2 transfers")
    assert NO_LOSS not in (first, second)


def test_means_are_over_the_same_domains():
    scores = {
        ("books", "books"): 0.8, ("all together", "books"): 0.9, ("all together", "tested"): 0.1,
        ("books", "tested"): 0.2,
    }  # fmt: skip
    (said,) = _more_sources(cells(scores), ACC)
    assert "All domains together score 90.0 %" in said
    assert "tested on itself, 80.0 %" in said


def test_one_seed_tells_of_no_way_that_it_loses():
    scores = {("a", "a"): 0.9, ("b", "a"): 0.5, ("b", "b"): 0.8, ("a", "b"): 0.4, ("a", "c"): 0.1}
    assert "of 2 transfers with several seeds 2 lose more" in _trained(cells(scores, "own", seeds=2), ACC)
    one = scores | {("b", "a"): 0.95}
    assert "of 2 transfers with several seeds 1 loses more" in _trained(cells(one, "own", seeds=2), ACC)
    assert "one seed does not tell which transfers lose" in _trained(cells(scores, "own"), ACC)
    assert "scores 45.0 % on average on another domain" in _trained(
        cells(scores, "own"), ACC
    )  # none is at home in c
    away = cells({("a", "c"): 0.1}, "own")
    assert "on no domain both a run of its own" in _trained(away, ACC)


def test_a_domain_that_teaches_more_than_the_tested_one_hints_at_shared_texts():
    scores = {("en", "en"): 0.9, ("zh", "zh"): 0.6, ("en", "zh"): 0.8, ("zh", "en"): 0.88}
    (said,) = shared_texts(cells(scores))
    assert said.startswith("Learning on en does better on zh than learning on zh itself")
    assert shared_texts(cells(scores | {("en", "zh"): 0.64})) == ()
    assert shared_texts(cells(scores, TFIDF_MODEL)) == ()
