"""Hold a run against what needs no training of the backbone, and against the same model from scratch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis import (
    ArmRuns,
    classification_metrics,
    differences,
    stratified_sample,
    tfidf_logistic_regression,
)
from translearn_core.config import BaselinesConfig, ExperimentConfig, Split
from translearn_core.data.dataset import SPLITS
from translearn_core.errors import ConfigError
from translearn_core.results import Baseline, Baselines, Difference, Evaluation, Interval
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, SCRATCH, WORDS
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.probe_baseline import FrozenProbe, frozen_probe
from translearn_core.worker.diagnostics.sentences.baselines_text import (
    baseline_verdict,
    caveats,
    negative_transfer,
    verdict_on,
)
from translearn_core.worker.features import SAMPLE, backbone_features, class_indices, finished

IntArray = NDArray[np.int64]

CHOOSING = 5_000
"""Validation rows at most that a layer is chosen on."""


@dataclass(frozen=True, eq=False)
class _Split:
    """The rows of a run: what each is called and labelled, and which serve what."""

    texts: list[str]
    labels: IntArray
    train: IntArray
    validation: IntArray
    test: IntArray
    classes: int

    @classmethod
    def of(cls, evaluation: Evaluation) -> "_Split":
        rows = evaluation.predictions
        train, validation, test = (np.flatnonzero(rows["split"] == str(split)) for split in SPLITS)
        labels = class_indices(evaluation, rows["label"])
        return cls(rows["text"].tolist(), labels, train, validation, test, len(evaluation.classes))


def compare_baselines(context: Context) -> None:
    """Score the lines that a run must be read against, on the same test rows."""
    config = context.config
    assert isinstance(config, BaselinesConfig)
    experiment = context.store.job(config.job).config
    assert isinstance(experiment, ExperimentConfig)
    evaluation = finished(context, config.job)
    control = None if config.scratch is None else _from_scratch(context, config.scratch, experiment)
    task = _Split.of(evaluation)
    answers = {MAJORITY: np.full(len(task.test), np.bincount(task.labels[task.train]).argmax())}
    context.report("counting words")
    texts = np.asarray(task.texts, dtype=object)
    _, _, answers[WORDS] = tfidf_logistic_regression(
        texts[task.train].tolist(),
        task.labels[task.train],
        texts[task.test].tolist(),
        task.labels[task.test],
        seed=config.seed,
    )
    learnt, probe = _probed(context, experiment, task)
    answers[FROZEN] = probe.predicted
    if control is not None:
        answers[SCRATCH] = _matched(evaluation, control)
    context.report("comparing")
    lines = _lines(evaluation, task, answers, probe.layer, config.seed)
    test = evaluation.metrics[str(Split.TEST)]
    found = {line.name: line for line in lines}
    said = caveats(
        experiment,
        rows={str(split): len(getattr(task, split)) for split in SPLITS},
        probed=learnt,
    )
    artifacts.save(
        context.folder,
        Baselines(
            accuracy=test.accuracy,
            accuracy_interval=test.accuracy_interval,
            n_train=len(task.train),
            n_test=len(task.test),
            lines=lines,
            sentence=baseline_verdict(found, test.accuracy, fresh=experiment.backbone.random_init),
            caveats=said,
        ),
    )


def _probed(context: Context, experiment: ExperimentConfig, task: _Split) -> tuple[int, FrozenProbe]:
    """Probe the backbone as it was pretrained; returns how many training rows that took too."""
    train, validation = (
        rows[np.sort(stratified_sample(task.labels[rows], limit, 0))]
        for rows, limit in ((task.train, SAMPLE), (task.validation, CHOOSING))
    )
    used = np.concatenate([train, validation, task.test])
    ends = np.cumsum([len(train), len(validation), len(task.test)])
    first, second, third = np.split(np.arange(len(used)), ends[:-1])
    pretrained = experiment.backbone.model_copy(update={"random_init": False, "fresh_top": 0, "init_seed": 0})
    features = backbone_features(context, experiment, pretrained, [task.texts[i] for i in used])
    found = frozen_probe(
        features, task.labels[used], first, second, third,
        lambda done, total: context.report("probing the frozen backbone", done, total),
    )  # fmt: skip
    return len(train), found


def _from_scratch(context: Context, job: str, experiment: ExperimentConfig) -> Evaluation:
    """Return what the run from scratch predicted; refuses one that is no control of `experiment`."""
    config = context.store.job(job).config
    if not isinstance(config, ExperimentConfig) or not config.backbone.random_init:
        raise ConfigError("scratch", job, "a run that was trained from fresh weights")
    if config.data != experiment.data:
        raise ConfigError("scratch", job, "a run on the same table, columns, rows and splits")
    return finished(context, job)


def _matched(evaluation: Evaluation, control: Evaluation) -> IntArray:
    """Return what `control` answers on the test rows of `evaluation`, in their order."""
    own, other = _tested(evaluation), _tested(control)
    if not own.index.sort_values().equals(other.index.sort_values()):
        raise ConfigError("scratch", f"{len(other)} test rows", f"a run tested on the same {len(own)} rows")
    ordered = other.sort_index(kind="stable").set_axis(own.sort_index(kind="stable")["place"].to_numpy())
    return class_indices(evaluation, ordered.sort_index()["predicted"])


def _tested(evaluation: Evaluation) -> pd.DataFrame:
    """Return the test rows' answers and places, by what the rows are."""
    tested = evaluation.predictions[evaluation.predictions["split"] == Split.TEST]
    names = pd.util.hash_pandas_object(tested[["row", "text", "label"]], index=False)
    return pd.DataFrame(
        {"predicted": tested["predicted"].to_numpy(), "place": np.arange(len(tested))}, index=names.to_numpy()
    )


def _lines(
    evaluation: Evaluation, task: _Split, answers: Mapping[str, IntArray], layer: int, seed: int
) -> tuple[Baseline, ...]:
    """Score every line, and hold the run against it: paired by test row."""
    labels = task.labels[task.test]
    predicted = class_indices(evaluation, evaluation.predictions["predicted"])[task.test]
    rows = np.arange(len(labels), dtype=np.uint64)
    run = ArmRuns("run", rows, (predicted == labels)[None])
    cells = [ArmRuns(name, rows, (told == labels)[None]) for name, told in answers.items()]
    found = []
    for (name, told), behind in zip(answers.items(), differences(cells, run, seed=seed), strict=True):
        assert behind is not None
        lead = Difference(-behind.estimate, Interval(-behind.interval.high, -behind.interval.low), 1)
        one_hot = np.eye(task.classes, dtype=np.float32)[told]
        metrics = classification_metrics(labels, one_hot, classes=task.classes, seed=seed)
        found.append(
            Baseline(
                name=name,
                accuracy=metrics.accuracy,
                accuracy_interval=metrics.accuracy_interval,
                macro_f1=metrics.macro_f1,
                macro_f1_interval=metrics.macro_f1_interval,
                margin=lead,
                verdict=verdict_on(name, lead),
                negative_transfer=negative_transfer(name, lead),
                layer=layer if name == FROZEN else None,
            )
        )
    return tuple(found)
