"""Error analysis of a run: calibration, selective prediction, slices, label issues, confusions."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from translearn_core.analysis.error_analysis.calibration import (
    apply_temperature,
    coverage,
    expected_calibration_error,
    reliability,
    temperature,
)
from translearn_core.config import Split
from translearn_core.config.text_cells import Word, joined, text_cells
from translearn_core.errors import TooFewSamplesError
from translearn_core.jobs import ErrorAnalysisConfig
from translearn_core.results import CalibrationScore, ErrorAnalysis, Evaluation
from translearn_core.runs import artifacts
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.error_analysis.label_issues import check_labels
from translearn_core.worker.diagnostics.error_analysis.slices import slices
from translearn_core.worker.diagnostics.sentences import error_analysis_text
from translearn_core.worker.prediction.predictions import held_out_logits
from translearn_core.worker.run_results import class_indices, load_evaluation, training_config

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

PAIRS, QUOTED = 50, 3
"""Maximum number of confused pairs, and of example texts of each."""
RAW, SCALED = "raw", "scaled"


@dataclass(frozen=True, eq=False)
class SplitPredictions:
    """Rows of one split, their logits, shape (rows, classes), and their class indices."""

    rows: pd.DataFrame
    logits: NDArray[np.floating]
    labels: NDArray[np.int64]

    @property
    def clusters(self) -> NDArray[np.int64] | None:
        """Sentence of each row, None if the rows are not words."""
        return sentence_clusters(self.rows)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each row is predicted correctly, shape (rows,)."""
        return np.asarray(self.logits.argmax(axis=1) == self.labels)

    def confidence(self, t: float) -> FloatArray:
        """Return the highest probability of each row at temperature `t`, shape (rows,)."""
        highest: FloatArray = apply_temperature(self.logits, t).max(axis=1)
        return highest


def analyse_errors(context: Context[ErrorAnalysisConfig]) -> None:
    """Measure calibration, coverage, slices and label issues of a run on its test rows."""
    config = context.config
    experiment = training_config(context, config.job)
    evaluation = load_evaluation(context, config.job)
    logits = held_out_logits(context, config.job, evaluation)
    test = _split_predictions(evaluation, Split.TEST, logits.test)
    if not len(test.rows):
        raise TooFewSamplesError("This run has no test rows, so nothing can be said about its answers.")
    validation = _split_predictions(evaluation, Split.VALIDATION, logits.validation)
    context.report("holding the confidence against the answers")
    t = _fit_temperature(validation)
    raw, scaled = (_calibration(test, value, config) for value in (1.0, t))
    bins = {
        name: reliability(test.confidence(value), test.correct, config.bins, test.clusters)
        for name, value in ((RAW, 1.0), (SCALED, t))
    }
    curve = coverage(test.confidence(t), test.correct, clusters=test.clusters)
    slice_table = slices(context, experiment, test.rows, test.correct, config.columns)
    label_check = check_labels(context, experiment, evaluation, config.seed)
    noun = experiment.data.row_noun
    sentences = (
        error_analysis_text.calibration_text(
            test.confidence(1.0), test.correct, raw, scaled, len(validation.rows), test.clusters
        ),
        error_analysis_text.selective_prediction_text(curve, validation.confidence(t), test.correct, noun),
        error_analysis_text.weakest_slice_text(slice_table),
        error_analysis_text.label_issue_text(label_check, noun),
        *error_analysis_text.caveats(len(test.rows), validation.correct, slice_table),
    )
    artifacts.save(
        context.folder,
        ErrorAnalysis(
            n_test=len(test.rows),
            n_validation=len(validation.rows),
            n_checked=label_check.n_checked,
            raw=raw,
            scaled=scaled,
            noise=label_check.noise,
            sentences=sentences,
            bins=pd.concat(bins, names=["which"]).reset_index("which").reset_index(drop=True),
            coverage=curve,
            slices=slice_table,
            suspects=label_check.frame,
            pairs=_pairs(test, evaluation.names),
        ),
    )


def _split_predictions(evaluation: Evaluation, split: Split, logits: NDArray[np.float32]) -> SplitPredictions:
    rows = evaluation.predictions
    rows = rows[rows["split"] == split]
    return SplitPredictions(rows, logits, class_indices(evaluation, rows["label"]))


def _fit_temperature(validation: SplitPredictions) -> float:
    """Fit the temperature on validation rows; 1 if all are correct, where no finite optimum exists.

    Rows of a class without training rows have probability 0 at any temperature and are left out.
    """
    known = _known_class(validation)
    if validation.correct[known].all():
        return 1.0
    return temperature(validation.logits[known], validation.labels[known])


def _known_class(predictions: SplitPredictions) -> BoolArray:
    """Return whether each row's class has a probability above 0 in single precision, shape (rows,)."""
    probabilities = softmax(predictions.logits.astype(np.float32), axis=1)
    known: BoolArray = probabilities[np.arange(len(predictions.labels)), predictions.labels] > 0
    return known


def _calibration(test: SplitPredictions, t: float, config: ErrorAnalysisConfig) -> CalibrationScore:
    confidence, correct, known = test.confidence(t), test.correct, _known_class(test)
    of_label = log_softmax(test.logits.astype(np.float64) / t, axis=1)[np.arange(len(correct)), test.labels]
    return CalibrationScore(
        temperature=t,
        error=expected_calibration_error(
            confidence, correct, config.bins, seed=config.seed, clusters=test.clusters
        ),
        loss=float(-of_label[known].mean()) if known.any() else float("nan"),
    )


def _pairs(test: SplitPredictions, classes: tuple[str, ...]) -> pd.DataFrame:
    """Count the confused class pairs, most frequent first, with the most confident errors as examples."""
    predicted, confidence = test.logits.argmax(axis=1), test.confidence(1.0)
    of_label = np.bincount(test.labels, minlength=len(classes))
    texts = [cell.in_context() if isinstance(cell, Word) else joined(cell) for cell in text_cells(test.rows)]
    counts = Counter(
        (i, j) for i, j in zip(test.labels.tolist(), predicted.tolist(), strict=True) if i != j
    ).most_common(PAIRS)
    lines = []
    for (i, j), rows in counts:
        errors = np.flatnonzero((test.labels == i) & (predicted == j))
        examples = errors[np.argsort(-confidence[errors], kind="stable")[:QUOTED]]
        quoted = "\n".join(" ".join(texts[k].split()) for k in examples)
        lines.append((classes[i], classes[j], rows, rows / of_label[i], quoted))
    return pd.DataFrame(lines, columns=["label", "predicted", "rows", "share", "texts"])
