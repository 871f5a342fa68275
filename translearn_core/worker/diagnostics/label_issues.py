"""Label issues by confident learning: out-of-fold probabilities of a probe on the pretrained backbone."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.errors.label_issues import find_label_issues, out_of_fold_probabilities
from translearn_core.config import ExperimentConfig
from translearn_core.results import Estimate, Evaluation
from translearn_core.worker.context import Context
from translearn_core.worker.features import analysis_sample, backbone_features, text_groups
from translearn_core.worker.run_results import class_indices

MAX_LISTED = 1_000
"""Most suspects listed, those with the largest doubt first."""

ROWS_PER_COMPONENT = 20
"""Rows required per PCA component. With 5 % of the labels of 1,000 reviews flipped, the probe then flags 157
labels instead of 302, and finds as many of the flipped ones (two in three)."""

COLUMNS = ("row", "split", "text", "label", "suggested", "probability of label", "probability of suggested")


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
    texts = rows["text"].tolist()
    pretrained = experiment.backbone.model_copy(update={"random_init": False, "fresh_top": 0, "init_seed": 0})
    context.report("reading the texts with the backbone as it was")
    features = backbone_features(context, experiment, pretrained, texts)[-1]
    labels = class_indices(evaluation, rows["label"])
    groups = text_groups(texts)
    probabilities = out_of_fold_probabilities(
        _principal_components(features, seed), labels, seed=seed,
        groups=groups if len(np.unique(groups)) < len(groups) else None,
        progress=lambda share: context.report("looking for doubtful labels", share, 1),
    )  # fmt: skip
    context.report("counting doubtful labels")
    suspects = find_label_issues(probabilities, labels, MAX_LISTED, seed=seed)
    names = np.asarray(evaluation.classes, dtype=object)
    listed = rows.iloc[suspects.rows]
    frame = pd.DataFrame(
        {
            "row": listed["row"].to_numpy(),
            "split": listed["split"].to_numpy(),
            "text": listed["text"].to_numpy(),
            "label": names[suspects.given],
            "suggested": names[suspects.suggested],
            "probability of label": probabilities[suspects.rows, suspects.given].astype(np.float64),
            "probability of suggested": probabilities[suspects.rows, suspects.suggested].astype(np.float64),
        },
        columns=list(COLUMNS),
    )
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    return LabelCheck(len(index), suspects.found, accuracy, suspects.share, frame)


def _principal_components(features: NDArray[np.floating], seed: int) -> NDArray[np.float32]:
    """Return the first principal components, one per 20 rows, shape (rows, components).

    With more components the probe overfits: it is confident in its errors and flags correct labels.
    """
    rows, width = features.shape
    n_components = min(rows, width, max(2, rows // ROWS_PER_COMPONENT))
    scaled = StandardScaler().fit_transform(features.astype(np.float64))
    if n_components == width:
        return np.asarray(scaled, dtype=np.float32)
    components = PCA(n_components, svd_solver="full", random_state=seed).fit_transform(scaled)
    return np.asarray(components, dtype=np.float32)
