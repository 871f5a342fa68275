"""Label issues by confident learning: out-of-fold probabilities of a probe on the pretrained backbone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.error_analysis.label_issues import LabelIssues, find_label_issues
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.config import Cell, ExperimentConfig
from translearn_core.config.text_cells import text_cells
from translearn_core.results import Estimate, Evaluation
from translearn_core.worker.context import Context
from translearn_core.worker.features import analysis_sample, backbone_features, pretrained_twin, text_groups
from translearn_core.worker.run_results import class_indices

IntArray = NDArray[np.int64]

MAX_LISTED = 1_000
"""Most suspects listed, those with the largest doubt first."""

FOLDS = 5
"""Cross-validation folds of the out-of-fold probabilities."""


@dataclass(frozen=True)
class LabelCheck:
    """Rows with a suspected label error: `n_suspects` in all, of which `frame` lists the strongest.

    `probe_accuracy` is the out-of-fold accuracy of the probe on all `n_checked` labels.
    """

    n_checked: int
    n_suspects: int
    probe_accuracy: float
    noise: Estimate
    frame: pd.DataFrame = field(compare=False)


def check_labels(
    context: Context, experiment: ExperimentConfig, evaluation: Evaluation, seed: int
) -> LabelCheck:
    """Compare every label with the out-of-fold prediction of a probe.

    Equal texts stay in one fold. Above 20,000 rows a stratified sample of all splits is checked.
    """
    index = analysis_sample(evaluation)
    rows = evaluation.predictions.iloc[index]
    labels = class_indices(evaluation, rows["label"])
    suspects, probabilities = probe_label_issues(context, experiment, text_cells(rows), labels, seed)
    names = np.asarray(evaluation.names, dtype=object)
    listed = rows.iloc[suspects.rows]
    frame = pd.DataFrame(
        {
            "row": listed["row"].to_numpy(),
            "split": listed["split"].to_numpy(),
            **{name: listed[name].to_numpy() for name in evaluation.text_columns},
            "label": names[suspects.given],
            "suggested": names[suspects.suggested],
            "probability of label": probabilities[suspects.rows, suspects.given].astype(np.float64),
            "probability of suggested": probabilities[suspects.rows, suspects.suggested].astype(np.float64),
        }
    )
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    return LabelCheck(len(index), suspects.n_issues, accuracy, suspects.share, frame)


def probe_label_issues(
    context: Context, experiment: ExperimentConfig, texts: Sequence[Cell], labels: IntArray, seed: int
) -> tuple[LabelIssues, NDArray[np.float32]]:
    """Find label issues by a probe on the pretrained backbone; also return its out-of-fold probabilities."""
    pretrained = pretrained_twin(experiment.backbone)
    experiment = experiment.with_default_encoding(frozen=True)
    context.report("reading the texts with the backbone as it was")
    features = backbone_features(context, experiment, pretrained, texts)[-1]
    probabilities = LinearProbe.fit(
        features, labels, stratified_folds(labels, FOLDS, seed, text_groups(texts)),
        progress=lambda share: context.report("looking for doubtful labels", share, 1),
    ).held_out_proba()  # fmt: skip
    context.report("counting doubtful labels")
    return find_label_issues(probabilities, labels, MAX_LISTED, seed=seed), probabilities
