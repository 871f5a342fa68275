"""What a run's probabilities are worth, where it errs, and which labels look wrong."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_softmax

from translearn_core.analysis import (
    apply_temperature,
    coverage,
    ece_interval,
    expected_calibration_error,
    reliability,
    temperature,
)
from translearn_core.config import ErrorAnalysisConfig, ExperimentConfig, Split
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import CalibrationScore, ErrorAnalysis, Evaluation
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.label_issues import check_labels
from translearn_core.worker.diagnostics.sentences import error_analysis_text
from translearn_core.worker.diagnostics.slices import slices
from translearn_core.worker.features import class_indices, finished
from translearn_core.worker.predictions import cached_model, log_probabilities

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

BLOCK = 512
"""Texts the model answers between two reports."""
PAIRS, QUOTED = 50, 3
"""Confused pairs that are listed at most, and texts of each."""
RAW, SCALED = "raw", "scaled"
PLACES = 4
"""Decimals of a threshold: those of 101 steps, without what doubles add."""


@dataclass(frozen=True, eq=False)
class Answered:
    """Rows of one split, the model's log-probabilities of them, shape (rows, classes), and their labels."""

    rows: pd.DataFrame
    logs: FloatArray
    labels: NDArray[np.int64]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Which rows the model gets right, shape (rows,)."""
        return np.asarray(self.logs.argmax(axis=1) == self.labels)

    def sure(self, t: float) -> FloatArray:
        """How sure the model is of its answers at a temperature, shape (rows,)."""
        found: FloatArray = apply_temperature(self.logs, t).max(axis=1)
        return found


def analyse_errors(context: Context) -> None:
    """Say how far a run's confidence can be believed, where it is weak and which labels are in doubt."""
    config = context.config
    assert isinstance(config, ErrorAnalysisConfig)
    experiment = context.store.job(config.job).config
    assert isinstance(experiment, ExperimentConfig)
    evaluation = finished(context, config.job)
    test = _log_probabilities(context, config.job, evaluation, Split.TEST)
    if not len(test.rows):
        raise TooFewSamplesError("This run has no test rows, so nothing can be said about its answers.")
    validation = _log_probabilities(context, config.job, evaluation, Split.VALIDATION)
    context.report("holding the confidence against the answers")
    t = _fitted(validation)
    raw, scaled = (_calibrated(test, one, config) for one in (1.0, t))
    bins = pd.concat([_bins(test, RAW, 1.0, config.bins), _bins(test, SCALED, t, config.bins)])
    curve = _coverage(test, t)
    cut = slices(context, experiment, test.rows, test.correct, config.columns)
    doubts = check_labels(context, experiment, evaluation, config.seed)
    said = (
        error_analysis_text.calibration_text(test.sure(1.0), test.correct, raw, scaled, len(validation.rows)),
        error_analysis_text.selective_prediction_text(curve, validation.sure(t), test.correct),
        error_analysis_text.weakest_slice_text(cut),
        error_analysis_text.label_issue_text(doubts),
        *error_analysis_text.caveats(len(test.rows), validation.correct, cut),
    )
    artifacts.save(
        context.folder,
        ErrorAnalysis(
            n_test=len(test.rows),
            n_validation=len(validation.rows),
            n_checked=doubts.n_checked,
            raw=raw,
            scaled=scaled,
            noise=doubts.noise,
            noise_interval=doubts.noise_interval,
            sentences=said,
            bins=bins.reset_index(drop=True),
            coverage=curve,
            slices=cut,
            suspects=doubts.frame,
            pairs=_pairs(test, evaluation.classes),
        ),
    )


def _log_probabilities(context: Context, job: str, evaluation: Evaluation, split: Split) -> Answered:
    """Ask the trained model about every row of a split."""
    rows = evaluation.predictions
    rows = rows[rows["split"] == str(split)]
    texts, classes = rows["text"].tolist(), len(evaluation.classes)
    logs = np.empty((len(texts), classes))
    trained = cached_model(context, job)
    for start in range(0, len(texts), BLOCK):
        context.report(f"answering the {split} rows", start, len(texts))
        logs[start : start + BLOCK] = log_probabilities(trained.predict(texts[start : start + BLOCK])[0])
    return Answered(rows, logs, class_indices(evaluation, rows["label"]))


def _fitted(validation: Answered) -> float:
    """Return the temperature of the validation rows; 1 where all are right, which would be cold for ever.

    Rows of a class that was never learned have probability 0 at any temperature, and are left out.
    """
    known = _known(validation)
    if validation.correct[known].all():
        return 1.0
    return temperature(validation.logs[known], validation.labels[known])


def _known(answered: Answered) -> BoolArray:
    """Whether the model can answer a row's class at all."""
    of_label: FloatArray = answered.logs[np.arange(len(answered.labels)), answered.labels]
    known: BoolArray = of_label > log_probabilities(np.zeros(1))[0]
    return known


def _calibrated(test: Answered, t: float, config: ErrorAnalysisConfig) -> CalibrationScore:
    sure, correct = test.sure(t), test.correct
    of_label = log_softmax(test.logs / t, axis=1)[np.arange(len(sure)), test.labels]
    return CalibrationScore(
        temperature=t,
        error=expected_calibration_error(sure, correct, config.bins),
        error_interval=ece_interval(sure, correct, config.bins, seed=config.seed),
        loss=float(-of_label[_known(test)].mean()) if _known(test).any() else float("nan"),
    )


def _bins(test: Answered, which: str, t: float, bins: int) -> pd.DataFrame:
    found = reliability(test.sure(t), test.correct, bins)
    return pd.DataFrame(
        {
            "which": which,
            "from": found.edges[:-1],
            "to": found.edges[1:],
            "rows": found.count,
            "confidence": found.confidence,
            "accuracy": found.accuracy,
            "low": found.low,
            "high": found.high,
        }
    )


def _coverage(test: Answered, t: float) -> pd.DataFrame:
    found = coverage(test.sure(t), test.correct)
    return pd.DataFrame(
        {
            "threshold": found.thresholds.round(PLACES),
            "coverage": found.coverage,
            "accuracy": found.accuracy,
            "low": found.low,
            "high": found.high,
        }
    )


def _pairs(test: Answered, classes: tuple[str, ...]) -> pd.DataFrame:
    """Count which label is taken for which, the commonest first, with the surest mistakes' texts."""
    answers, sure = test.logs.argmax(axis=1), test.sure(1.0)
    of_label = np.bincount(test.labels, minlength=len(classes))
    texts = test.rows["text"].tolist()
    counts = Counter(
        (i, j) for i, j in zip(test.labels.tolist(), answers.tolist(), strict=True) if i != j
    ).most_common(PAIRS)
    lines = []
    for (i, j), rows in counts:
        mine = np.flatnonzero((test.labels == i) & (answers == j))
        surest = mine[np.argsort(-sure[mine], kind="stable")[:QUOTED]]
        quoted = "\n".join(" ".join(texts[k].split()) for k in surest)
        lines.append((classes[i], classes[j], rows, rows / of_label[i], quoted))
    return pd.DataFrame(lines, columns=["label", "predicted", "rows", "share", "texts"])
