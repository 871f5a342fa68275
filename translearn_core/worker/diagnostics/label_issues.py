"""Labels that a model doubts which did not see them: a probe on the backbone as it was before the run."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis import find_label_issues, out_of_fold_probabilities
from translearn_core.config import ExperimentConfig
from translearn_core.data.normalisation import text_key
from translearn_core.results import Evaluation, Interval
from translearn_core.worker.context import Context
from translearn_core.worker.features import analysed, backbone_features, class_indices

LISTED = 1_000
"""Suspects that are listed at most, the most doubtful ones."""

ROWS_EACH = 20
"""Rows for every direction the probe may weigh. With 5 % of the labels of 1,000 reviews turned round it then
doubts 157 labels instead of 302, and finds as many of the turned ones (two in three)."""

COLUMNS = ("row", "split", "text", "label", "suggested", "probability of label", "probability of suggested")


@dataclass(frozen=True)
class CheckedLabels:
    """Rows whose label is in doubt: `found` in all, of which `frame` lists the most doubtful.

    `agrees` is the share of all `n_checked` labels that the doubting model finds likeliest itself.
    """

    n_checked: int
    found: int
    agrees: float
    noise: float
    noise_interval: Interval
    frame: pd.DataFrame = field(compare=False)


def check_labels(
    context: Context, experiment: ExperimentConfig, evaluation: Evaluation, seed: int
) -> CheckedLabels:
    """Hold every label against the probe of the folds its text is not in.

    Texts that are the same stay in one fold. Above 20,000 rows a stratified sample of all splits is checked.
    """
    index = analysed(evaluation)
    rows = evaluation.predictions.iloc[index]
    texts = rows["text"].tolist()
    pretrained = experiment.backbone.model_copy(update={"random_init": False, "fresh_top": 0, "init_seed": 0})
    context.report("reading the texts with the backbone as it was")
    features = backbone_features(context, experiment, pretrained, texts)[-1]
    labels = class_indices(evaluation, rows["label"])
    told = out_of_fold_probabilities(
        _directions(features, seed), labels, seed=seed, groups=_same_texts(texts),
        progress=lambda share: context.report("looking for doubtful labels", share, 1),
    )  # fmt: skip
    context.report("counting doubtful labels")
    suspects = find_label_issues(told, labels, LISTED, seed=seed)
    names = np.asarray(evaluation.classes, dtype=object)
    some = rows.iloc[suspects.rows]
    frame = pd.DataFrame(
        {
            "row": some["row"].to_numpy(),
            "split": some["split"].to_numpy(),
            "text": some["text"].to_numpy(),
            "label": names[suspects.given],
            "suggested": names[suspects.suggested],
            "probability of label": told[suspects.rows, suspects.given].astype(np.float64),
            "probability of suggested": told[suspects.rows, suspects.suggested].astype(np.float64),
        },
        columns=list(COLUMNS),
    )
    agrees = float((told.argmax(axis=1) == labels).mean())
    return CheckedLabels(len(index), suspects.found, agrees, suspects.share, suspects.share_interval, frame)


def _directions(features: NDArray[np.floating], seed: int) -> NDArray[np.float32]:
    """Return the features' first principal components, one for every 20 rows, shape (rows, components).

    A probe of more weights than rows can settle is sure of its errors, and so doubts labels for nothing.
    """
    rows, width = features.shape
    enough = min(rows, width, max(2, rows // ROWS_EACH))
    whole = StandardScaler().fit_transform(features.astype(np.float64))
    if enough == width:
        return np.asarray(whole, dtype=np.float32)
    found = PCA(enough, svd_solver="full", random_state=seed).fit_transform(whole)
    return np.asarray(found, dtype=np.float32)


def _same_texts(texts: list[str]) -> NDArray[np.int64] | None:
    """Number the texts, the same for those that are the same; None where none comes twice."""
    found = np.unique([text_key(text) for text in texts], return_inverse=True)[1].astype(np.int64)
    return found if len(np.unique(found)) < len(found) else None
