"""Baselines of a run: majority class, TF-IDF, frozen probe, and the same model trained from scratch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.analysis.tfidf import tfidf_logistic_regression
from translearn_core.config import Cell, ExperimentConfig, Split
from translearn_core.config.text_cells import sides_of, text_cells
from translearn_core.errors import ConfigError
from translearn_core.jobs import BaselinesConfig
from translearn_core.results import Baseline, Baselines, Evaluation
from translearn_core.results.diagnostics.baselines import (
    FIRST_TEXT,
    FROZEN,
    MAJORITY,
    SCRATCH,
    SECOND_TEXT,
    WORDS,
)
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.problem import Outputs
from translearn_core.tasks.splits import SPLITS
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.probe_baseline import FrozenProbe, frozen_probe
from translearn_core.worker.diagnostics.sentences.baselines_text import (
    baseline_verdict,
    caveats,
    negative_transfer,
    one_sided,
    verdict_on,
)
from translearn_core.worker.features import MAX_TEXTS, backbone_features, pretrained_twin
from translearn_core.worker.run_results import class_indices, load_evaluation, row_keys, training_config

IntArray = NDArray[np.int64]

MAX_VALIDATION = 5_000
"""Largest sample of validation rows that the probe's layer is chosen on."""


@dataclass(frozen=True, eq=False)
class _RunRows:
    """Texts and target of a run's rows, and the row indices of each split."""

    texts: list[Cell]
    target: Target
    train: IntArray
    validation: IntArray
    test: IntArray

    @property
    def labels(self) -> IntArray:
        """Class index of every row."""
        labels: IntArray = self.target.values
        return labels

    def one_hot(self, labels: IntArray) -> Outputs:
        """Return outputs that are certain of a class, shape (rows, classes)."""
        return np.asarray(np.eye(len(self.target.names), dtype=np.float32)[labels])

    @classmethod
    def of(cls, evaluation: Evaluation) -> "_RunRows":
        rows = evaluation.predictions
        train, validation, test = (np.flatnonzero(rows["split"] == str(split)) for split in SPLITS)
        labels = class_indices(evaluation, rows["label"])
        target = Target("label", evaluation.problem, evaluation.names, labels)
        return cls(text_cells(rows), target, train, validation, test)


def compare_baselines(context: Context[BaselinesConfig]) -> None:
    """Score every baseline on the test rows of a run."""
    config = context.config
    experiment = training_config(context, config.job)
    evaluation = load_evaluation(context, config.job)
    control = (
        None
        if config.from_scratch_run is None
        else _from_scratch(context, config.from_scratch_run, experiment)
    )
    task = _RunRows.of(evaluation)
    constant = PROBLEMS[evaluation.problem].constant_baseline(task.target, task.train)
    outputs: dict[str, Outputs] = {MAJORITY: np.broadcast_to(constant, (len(task.test), len(constant)))}
    n_probed, probe = None, None
    if not experiment.backbone.is_tfidf:
        context.report("counting words")
        outputs |= _tfidf(task, pairs=experiment.data.text_pair is not None, seed=config.seed)
        n_probed, probe = _frozen_probe(context, experiment, task)
        outputs[FROZEN] = task.one_hot(probe.predicted)
    if control is not None:
        outputs[SCRATCH] = task.one_hot(_matched(evaluation, control))
    context.report("comparing")
    lines = _lines(evaluation, task, outputs, probe, config.seed)
    test, by_name = evaluation.metrics[str(Split.TEST)], {line.name: line for line in lines}
    notes = caveats(
        experiment,
        rows={str(split): len(getattr(task, split)) for split in SPLITS},
        probed=n_probed,
    )
    artifacts.save(
        context.folder,
        Baselines(
            test=test,
            n_train=len(task.train),
            lines=lines,
            sentence=baseline_verdict(by_name, test.headline.value, fresh=experiment.backbone.random_init),
            caveats=(*one_sided(by_name), *notes),
        ),
    )


def _tfidf(task: _RunRows, *, pairs: bool, seed: int) -> dict[str, Outputs]:
    """Return the test outputs of TF-IDF, and of TF-IDF on either text of pairs alone."""
    texts: dict[str, list[Cell]] = {WORDS: task.texts}
    for side, name in enumerate((FIRST_TEXT, SECOND_TEXT) if pairs else ()):
        texts[name] = [sides_of(text)[side] for text in task.texts]
    outputs = {}
    for name, of_rows in texts.items():
        train, test = ([of_rows[i] for i in part] for part in (task.train, task.test))
        predicted = tfidf_logistic_regression(train, task.labels[task.train], test, seed=seed)
        outputs[name] = task.one_hot(predicted)
    return outputs


def _frozen_probe(context: Context, experiment: ExperimentConfig, task: _RunRows) -> tuple[int, FrozenProbe]:
    """Probe the pretrained backbone; return the number of training rows used, and the probe."""
    train, validation = (
        rows[np.sort(stratified_sample(task.labels[rows], limit, 0))]
        for rows, limit in ((task.train, MAX_TEXTS), (task.validation, MAX_VALIDATION))
    )
    used = np.concatenate([train, validation, task.test])
    ends = np.cumsum([len(train), len(validation), len(task.test)])
    train_index, validation_index, test_index = np.split(np.arange(len(used)), ends[:-1])
    pretrained = pretrained_twin(experiment.backbone)
    experiment = experiment.with_default_encoding(frozen=True)
    features = backbone_features(context, experiment, pretrained, [task.texts[i] for i in used])
    probe = frozen_probe(
        features, task.labels[used], train_index, validation_index, test_index,
        lambda done, total: context.report("probing the frozen backbone", done, total),
    )  # fmt: skip
    return len(train), probe


def _from_scratch(context: Context, job: str, experiment: ExperimentConfig) -> Evaluation:
    """Return the predictions of the from-scratch run; ConfigError if it is no control of `experiment`."""
    config = context.store.job(job).config
    if not isinstance(config, ExperimentConfig) or not config.backbone.random_init:
        raise ConfigError("from_scratch_run", job, "a run that was trained from fresh weights")
    if config.data != experiment.data:
        raise ConfigError("from_scratch_run", job, "a run on the same table, columns, rows and splits")
    return load_evaluation(context, job)


def _matched(evaluation: Evaluation, control: Evaluation) -> IntArray:
    """Return the predictions of `control` on the test rows of `evaluation`, in their order."""
    own, other = _tested(evaluation), _tested(control)
    if not own.index.sort_values().equals(other.index.sort_values()):
        raise ConfigError(
            "from_scratch_run", f"{len(other)} test rows", f"a run tested on the same {len(own)} rows"
        )
    ordered = other.sort_index(kind="stable").set_axis(own.sort_index(kind="stable")["position"].to_numpy())
    return class_indices(evaluation, ordered.sort_index()["predicted"])


def _tested(evaluation: Evaluation) -> pd.DataFrame:
    """Return the predictions and positions of the test rows, indexed by row key."""
    tested = evaluation.predictions[evaluation.predictions["split"] == Split.TEST]
    return pd.DataFrame(
        {"predicted": tested["predicted"].to_numpy(), "position": np.arange(len(tested))},
        index=row_keys(tested),
    )


def _lines(
    evaluation: Evaluation,
    task: _RunRows,
    outputs: Mapping[str, Outputs],
    probe: FrozenProbe | None,
    seed: int,
) -> tuple[Baseline, ...]:
    """Score every baseline and its paired difference from the run."""
    problem, target, test = PROBLEMS[evaluation.problem], task.target, task.test
    rows = np.arange(len(test), dtype=np.uint64)
    run = ArmRuns("run", rows, evaluation.predictions["score"].to_numpy()[test][None])
    arms = [
        ArmRuns(name, rows, problem.row_scores(target, test, values)[None])
        for name, values in outputs.items()
    ]
    lines = []
    pairs = zip(outputs.items(), differences(arms, run, seed=seed), strict=True)
    for (name, values), difference in pairs:
        assert difference is not None
        margin = -difference
        lines.append(
            Baseline(
                name=name,
                scores=problem.metrics(target, test, values, seed=seed),
                margin=margin,
                verdict=verdict_on(name, margin),
                negative_transfer=negative_transfer(name, margin),
                layer=probe.layer if probe and name == FROZEN else None,
                c=probe.c if probe and name == FROZEN else None,
            )
        )
    return tuple(lines)
