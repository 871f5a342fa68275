"""Linear probing of every layer, before and after fine-tuning."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.results.interval_estimate import Estimate
from translearn_core.results.metric import ACCURACY, MACRO_F1

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ProbeScores:
    """Scores of linear probes: accuracy, macro-F1 of labels or correlation of numbers (`metric`).

    V variants (``pretrained``, ``fine-tuned``, ``random init``) × L layers (0 = embeddings, k = after block
    k-1): `cross_validated` has shape (V, L, folds), on the training split; `test`, `low`, `high` have shape
    (V, L), the test score and its 95 % interval, and so has `c`, the inverse regularisation
    strength chosen by cross-validation on the training split. `majority` and `tfidf` are the test scores of
    the constant prediction and of TF-IDF.

    The fields of C control tasks, random labels learnt from the same features (Hewitt & Liang 2019,
    arXiv:1909.03368), have the same shapes behind a first axis C; `control_majority` has shape (C,). Without
    controls they are empty.

    `code_bits`, `code_low` and `code_high`, shape (V, L), are the mean online code length of the training
    labels in bits over some orders of the rows and its 95 % interval over orders (NaN for one);
    `uniform_bits` is their length without any layer (Voita & Titov 2020, arXiv:2003.12298). Without it they
    are empty. `target` names the probed column. `sentences` are the findings.
    """

    variants: tuple[str, ...]
    cross_validated: FloatArray = field(compare=False)
    test: FloatArray = field(compare=False)
    low: FloatArray = field(compare=False)
    high: FloatArray = field(compare=False)
    c: FloatArray = field(compare=False)
    majority: float = 0.0
    tfidf: Estimate = field(default=Estimate(0.0, 0.0, 0.0))
    n_train: int = 0
    n_test: int = 0
    folds: int = 5
    seed: int = 0
    control_cross_validated: FloatArray = field(default_factory=lambda: np.zeros((0,) * 4), compare=False)
    control_test: FloatArray = field(default_factory=lambda: np.zeros((0,) * 3), compare=False)
    control_low: FloatArray = field(default_factory=lambda: np.zeros((0,) * 3), compare=False)
    control_high: FloatArray = field(default_factory=lambda: np.zeros((0,) * 3), compare=False)
    control_c: FloatArray = field(default_factory=lambda: np.zeros((0,) * 3), compare=False)
    control_majority: FloatArray = field(default_factory=lambda: np.zeros(0), compare=False)
    code_bits: FloatArray = field(default_factory=lambda: np.zeros((0,) * 2), compare=False)
    code_low: FloatArray = field(default_factory=lambda: np.zeros((0,) * 2), compare=False)
    code_high: FloatArray = field(default_factory=lambda: np.zeros((0,) * 2), compare=False)
    uniform_bits: float = 0.0
    target: str = ""
    sentences: tuple[str, ...] = ()
    metric: str = ACCURACY

    @property
    def constant_name(self) -> str:
        """Name of the constant prediction."""
        return {ACCURACY: "majority class", MACRO_F1: "label prior"}.get(self.metric, "mean")

    @property
    def selectivity(self) -> FloatArray:
        """Selectivity: test score minus the mean of the control tasks, shape (V, L); NaN without controls."""
        if not len(self.control_test):
            return np.full(self.test.shape, np.nan)
        selectivity: FloatArray = self.test - self.control_test.mean(axis=0)
        return selectivity

    @property
    def compression(self) -> FloatArray:
        """Uniform code length over online code length, shape (V, L); above 1 the layer helps."""
        compression: FloatArray = self.uniform_bits / self.code_bits
        return compression

    def best_layers(self, variant: int) -> tuple[int, ...]:
        """Return the layers within one standard error of the best cross-validated mean, the best first.

        References
        ----------
        The one-standard-error rule: Breiman et al. 1984, Classification and Regression Trees, section 3.4.3.
        """
        of_folds = self.cross_validated[variant]
        means, best = of_folds.mean(axis=1), int(of_folds.mean(axis=1).argmax())
        error = of_folds[best].std(ddof=1) / np.sqrt(of_folds.shape[1])
        others = [int(k) for k in np.flatnonzero(means >= means[best] - error) if k != best]
        return (best, *others)

    def expected_layer(self, variant: int) -> float:
        """Return the mean layer, weighted by what each adds to the best layer below it.

        NaN if none adds anything to the constant prediction.

        References
        ----------
        After Tenney et al. 2019, arXiv:1905.05950, equation 4, whose probes read all layers up to one.
        """
        best = np.maximum.accumulate(np.maximum(self.cross_validated[variant].mean(axis=1), self.majority))
        gains = np.diff(best, prepend=self.majority)
        total = gains.sum()
        return float(np.arange(len(gains)) @ gains / total) if total > 0 else float("nan")

    def frame(self) -> pd.DataFrame:
        """Return one row per variant and layer: cross-validated mean and spread, test and its interval, C.

        Each control task adds five columns, numbered from 1; any adds the selectivity. The online code adds
        its length in bits with the interval, and the compression.
        """
        selectivity = self.selectivity
        return pd.DataFrame(
            [
                {
                    "model": variant,
                    "layer": layer,
                    "cross-validated": float(self.cross_validated[v, layer].mean()),
                    "fold deviation": float(self.cross_validated[v, layer].std(ddof=1)),
                    "test": float(self.test[v, layer]),
                    "test low": float(self.low[v, layer]),
                    "test high": float(self.high[v, layer]),
                    "C": float(self.c[v, layer]),
                }
                | ({"selectivity": float(selectivity[v, layer])} if len(self.control_test) else {})
                | (self._code(v, layer) if len(self.code_bits) else {})
                | {
                    f"control {c} {name}": float(score)
                    for c in range(1, len(self.control_test) + 1)
                    for name, score in (
                        ("cross-validated", self.control_cross_validated[c - 1, v, layer].mean()),
                        ("test", self.control_test[c - 1, v, layer]),
                        ("test low", self.control_low[c - 1, v, layer]),
                        ("test high", self.control_high[c - 1, v, layer]),
                        ("C", self.control_c[c - 1, v, layer]),
                    )
                }
                for v, variant in enumerate(self.variants)
                for layer in range(self.test.shape[1])
            ]
        )

    def _code(self, v: int, layer: int) -> dict[str, float]:
        return {
            "code length": float(self.code_bits[v, layer]),
            "code low": float(self.code_low[v, layer]),
            "code high": float(self.code_high[v, layer]),
            "compression": float(self.compression[v, layer]),
        }
