"""Results on disk are loaded as they were saved, non-finite numbers included."""

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from translearn_core.results import LrFinderResult, Metrics
from translearn_core.results.estimate import Estimate
from translearn_core.runs import artifacts

FLOATS = st.floats(allow_nan=True, allow_infinity=True)
EDGES = [math.nan, math.inf, -math.inf, 0.0, 0.1]


@dataclass(frozen=True)
class Mixture:
    one: float
    maybe: float | None
    many: tuple[float, ...]
    named: dict[str, float]
    inside: Estimate
    word: str
    vector: np.ndarray = field(compare=False)
    table: pd.DataFrame = field(compare=False)


def mixture(value: float, maybe: float | None = None, word: str = "NaN") -> Mixture:
    table = pd.DataFrame({"score": [value, 1.0]})
    inside = Estimate(value, value, 1.0)
    return Mixture(value, maybe, (value, 2.0), {"a": value}, inside, word, np.asarray([value]), table)


def same(loaded: Mixture, saved: Mixture) -> None:
    for name in ("one", "maybe", "many", "named", "word"):
        # repr distinguishes nan, None and text, and is exact for floats
        assert repr(getattr(loaded, name)) == repr(getattr(saved, name)), name
    assert repr(loaded.inside) == repr(saved.inside)
    np.testing.assert_array_equal(loaded.vector, saved.vector)
    pd.testing.assert_frame_equal(loaded.table, saved.table)


@pytest.mark.parametrize("value", EDGES)
def test_a_float_that_is_no_number_comes_back_as_it_was(value: float, tmp_path: Path) -> None:
    for maybe in (None, value):
        saved = mixture(value, maybe)
        artifacts.save(tmp_path, saved)
        loaded = artifacts.load(tmp_path, Mixture)
        assert loaded is not None
        same(loaded, saved)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=FLOATS, maybe=st.none() | FLOATS, word=st.text(max_size=5))
def test_every_float_and_word_survives_the_disk(
    tmp_path: Path, value: float, maybe: float | None, word: str
) -> None:
    saved = mixture(value, maybe, word)
    artifacts.save(tmp_path, saved)
    loaded = artifacts.load(tmp_path, Mixture)
    assert loaded is not None
    same(loaded, saved)


def test_real_results_with_such_numbers_load_again(tmp_path: Path) -> None:
    unknown = Estimate(math.nan, math.nan, math.nan)
    metrics = Metrics(4, {"accuracy": Estimate(0.5, 0.0, 1.0), "macro_f1": unknown}, math.inf)
    search = LrFinderResult("lr", 1e-4, (1e-5, 1e-4), (0.7, math.inf), (0.7, math.inf), 1e-4, "It ran away.")
    for result in (metrics, search):
        artifacts.save(tmp_path, result)
        assert repr(artifacts.load(tmp_path, type(result))) == repr(result)


def test_what_another_version_wrote_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    home = artifacts.save(tmp_path, Estimate(0.5, 0.0, 1.0))
    for other in ('{"low": 0.0}', '{"value": 0.5, "low": 0.0, "high": 1.0, "width": 1.0}'):
        (home / "data.json").write_text(other)
        assert artifacts.load(tmp_path, Estimate) is None
