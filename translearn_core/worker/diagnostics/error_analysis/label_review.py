"""Review of a data set's labels: doubtful rows, and classes with similar names."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.config import ExperimentConfig, Split
from translearn_core.config.text_cells import TEXT, TEXT_PAIR, text_cells
from translearn_core.data import PART, ROW, PreparedDataset, prepare
from translearn_core.data.columns import UNLABELLED_PART
from translearn_core.errors import DataError
from translearn_core.jobs import LabelReviewConfig
from translearn_core.results import LabelReview
from translearn_core.results.diagnostics.label_review import REASONS
from translearn_core.runs import artifacts
from translearn_core.tasks.classes.labels import read_labels
from translearn_core.tasks.classes.similar_labels import find_similar_labels
from translearn_core.tasks.normalisation import cell_key, is_blank
from translearn_core.tasks.splits import SPLITS
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_versions
from translearn_core.worker.diagnostics.error_analysis.label_issues import FOLDS, probe_label_issues
from translearn_core.worker.features import MAX_TEXTS, pretrained_twin
from translearn_core.worker.process.read_budget import read_budget
from translearn_core.worker.run_results import load_evaluation


def review_labels(context: Context[LabelReviewConfig]) -> None:
    """Find rows and classes whose labels are worth a look."""
    config, workspace = context.config, context.store.workspace
    context.report("reading the data")
    table, earlier = load_versions(workspace, config.data.dataset)
    with read_budget(workspace.source_paths(config.data.dataset).values()):
        rows = label_rows(table, config)
        try:
            prepared = prepare(table, config.data, earlier=earlier)
        except DataError:  # labels may be what keeps it from being a task
            prepared = None
    merges = merge_proposals(rows)
    counts = rows["label"][rows["label"] != ""].value_counts()
    rows["similar name"] = rows["label"].isin(merges["value"])
    rows["rare"] = rows["label"].map(counts).lt(config.data.rare_class_below) & (rows["label"] != "")
    rows["conflict"] = _conflicts(rows)
    n_checked = 0
    if prepared is not None:
        rows.loc[prepared.table_index, "split"] = [str(SPLITS[k]) for k in prepared.split]
        n_checked = _mark_suspects(context, rows, prepared)
        if config.job is not None:
            _mark_errors(context, rows, config.job)
    unset = rows["suggested"] == ""
    replacements = dict(zip(merges["value"], merges["replacement"], strict=True))
    rows.loc[unset, "suggested"] = [replacements.get(label, "") for label in rows["label"][unset]]
    classes = pd.DataFrame({"label": counts.index.astype(object), "rows": counts.to_numpy()})
    artifacts.save(context.folder, LabelReview(n_checked, rows, classes, merges))


def label_rows(table: pd.DataFrame, config: LabelReviewConfig) -> pd.DataFrame:
    """Return the rows with a text, as in `LabelReview.rows`, without any reason yet; indexed as the table.

    Raises
    ------
    DataError
        If the table lacks a column.
    """
    for column in (*config.data.text_columns, config.data.label):
        if column not in table:
            raise DataError(f"There is no column {column!r}: choose the columns again.")
    texts = dict(zip((TEXT, TEXT_PAIR), config.data.text_columns, strict=False))
    filled = np.all([_filled(table[column]) for column in texts.values()], axis=0)
    cells = table[config.data.label]
    named = _filled(cells)
    labels = np.full(len(table), "", dtype=object)
    if named.any():
        encoded = read_labels(cells[named])
        labels[named] = np.asarray(encoded.classes, dtype=object)[encoded.indices]
    rows = pd.DataFrame(
        {
            "part": table[PART],
            "row": table[ROW],
            "split": "",
            **{name: table[column] for name, column in texts.items()},
            "label": labels,
            "suggested": "",
            "probability": np.nan,
            "doubt": 0.0,
            **dict.fromkeys(REASONS, False),
            "unlabelled": ~named,
        }
    )
    listed: pd.DataFrame = rows[filled & (table[PART] != UNLABELLED_PART).to_numpy()]
    return listed


def _filled(cells: "pd.Series[str]") -> NDArray[np.bool_]:
    """Whether each cell holds visible text."""
    return np.array([isinstance(cell, str) and not is_blank(cell) for cell in cells], dtype=bool)


def merge_proposals(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the classes that may be another one, as in `LabelReview.merges`."""
    named = rows["label"][rows["label"] != ""]
    counts = {str(label): int(number) for label, number in named.value_counts().items()}
    return pd.DataFrame(
        [
            (pair.value, counts[pair.value], pair.replacement, counts[pair.replacement], pair.reason)
            for pair in find_similar_labels(counts)
        ],
        columns=["value", "rows", "replacement", "rows of replacement", "reason"],
    )


def _conflicts(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether an equal text or pair has another label."""
    keys = pd.Series([cell_key(cell) for cell in text_cells(rows)], index=rows.index, dtype=object)
    labels = rows["label"].where(rows["label"] != "")
    return labels.groupby(keys).transform("nunique").gt(1) & labels.notna()


def _mark_suspects(context: Context[LabelReviewConfig], rows: pd.DataFrame, prepared: PreparedDataset) -> int:
    """Mark the rows with a label issue, and return how many rows were checked.

    Above `MAX_TEXTS` rows a stratified sample is checked, as by the error analysis.
    """
    config = context.config
    index = np.sort(stratified_sample(prepared.strata, MAX_TEXTS, config.seed))
    labels = prepared.labels[index]
    if len(np.unique(labels)) < 2 or len(index) < FOLDS:
        return 0
    experiment = ExperimentConfig(data=config.data, backbone=pretrained_twin(config.backbone))
    texts = [prepared.texts[i] for i in index]
    issues, probabilities = probe_label_issues(context, experiment, texts, labels, config.seed)
    names = np.asarray(prepared.target.names, dtype=object)
    at = prepared.table_index[index[issues.rows]]
    rows.loc[at, "suspicious"] = True
    rows.loc[at, "suggested"] = names[issues.suggested]
    rows.loc[at, "probability"] = probabilities[issues.rows, issues.suggested]
    rows.loc[at, "doubt"] = -issues.margin
    return len(index)


def _mark_errors(context: Context[LabelReviewConfig], rows: pd.DataFrame, job: str) -> None:
    """Mark the held-out rows that a run predicts otherwise; its prediction is suggested where none is yet."""
    predictions = load_evaluation(context, job).predictions
    text_columns = [name for name in (TEXT, TEXT_PAIR) if name in rows and name in predictions]
    errors = predictions[
        (predictions["split"] != str(Split.TRAIN)) & (predictions["predicted"] != predictions["label"])
    ].drop_duplicates(["row", *text_columns])
    key = ["row", *text_columns, "label"]
    matches = rows[key].reset_index().merge(errors, on=key)
    rows.loc[matches["index"], "wrong"] = True
    new = matches[(rows.loc[matches["index"], "suggested"] == "").to_numpy()]
    rows.loc[new["index"], "suggested"] = new["predicted"].to_numpy()
    rows.loc[new["index"], "probability"] = new["confidence"].to_numpy()
    rows.loc[new["index"], "doubt"] = new["confidence"].to_numpy() - 1
