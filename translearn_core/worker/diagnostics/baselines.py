"""Baselines of a run: constant prediction, TF-IDF, frozen probe, and the same model trained from scratch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.linear_models import LINEAR_MODELS, LinearModels
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.config import Cell, ExperimentConfig, Split
from translearn_core.config.text_cells import sides_of, text_cells
from translearn_core.errors import ConfigError
from translearn_core.jobs import BaselinesConfig
from translearn_core.results import Baseline, Baselines, Estimate, Evaluation
from translearn_core.results.diagnostics.baselines import (
    CONSTANTS,
    FIRST_TEXT,
    FROZEN,
    SCRATCH,
    SECOND_TEXT,
    SPREADING,
    WORDS,
)
from translearn_core.results.metric import metric_of
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Problem, Target
from translearn_core.tasks.predictions import predictions_target, sentence_clusters
from translearn_core.tasks.problem import FloatArray, IntArray, Outputs, constant_outputs
from translearn_core.tasks.splits import SPLITS
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.few_labels.label_spreading_baseline import spreading_baseline
from translearn_core.worker.diagnostics.probe_baseline import FrozenProbe, frozen_probe
from translearn_core.worker.diagnostics.sentences.baselines_text import (
    baseline_verdict,
    caveats,
    negative_transfer,
    one_sided,
    unit_note,
    verdict_on,
)
from translearn_core.worker.features import MAX_TEXTS, backbone_features, pretrained_twin
from translearn_core.worker.run_results import load_evaluation, row_keys, training_config

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

    @classmethod
    def of(cls, evaluation: Evaluation) -> "_RunRows":
        rows = evaluation.predictions
        splits = (np.flatnonzero(rows["split"] == str(split)) for split in SPLITS)
        return cls(text_cells(rows), predictions_target(evaluation), *splits)

    @property
    def problem(self) -> Problem:
        return PROBLEMS[self.target.problem]

    @property
    def models(self) -> LinearModels:
        return LINEAR_MODELS[self.target.problem]

    def scored(self, outputs: Outputs, seed: int, held_out: Outputs, rows: IntArray) -> "_Scored":
        """Score outputs of the test rows, at thresholds for the `held_out` outputs of other rows if any."""
        target = self.problem.choose_thresholds(self.target, rows, held_out)
        scores = self.problem.metrics(target, self.test, outputs, seed=seed)
        return _Scored(scores, self.problem.row_scores(target, self.test, outputs))

    def constant(self, seed: int) -> "_Scored":
        """Score the constant prediction that is best for each metric."""
        targets, outputs = constant_outputs(self.problem, self.target, self.train, self.test)
        first, second = (self.problem.metrics(one, self.test, outputs, seed=seed) for one in targets)
        scores = {name: metric_of(name).better(first[name], second[name]) for name in first}
        rows = (self.problem.row_scores(one, self.test, outputs) for one in targets)
        return _Scored(scores, max(rows, key=np.mean))


@dataclass(frozen=True, eq=False)
class _Scored:
    """Scores of a baseline on the test rows, and the score of each row."""

    scores: dict[str, Estimate]
    rows: FloatArray


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
    task, seed = _RunRows.of(evaluation), config.seed
    scored = {CONSTANTS[evaluation.problem]: task.constant(seed)}
    n_probed, probe, spreading = None, None, None
    if not experiment.backbone.is_tfidf:
        context.report("counting words")
        scored |= _tfidf(task, pairs=experiment.data.text_pair is not None, seed=seed)
        n_probed, validation, probe = _frozen_probe(context, experiment, task)
        scored[FROZEN] = task.scored(probe.outputs, seed, probe.held_out, validation)
        splits = task.train, task.validation, task.test
        spreading = spreading_baseline(context, experiment, task.texts, task.target, splits)
        if spreading is not None:
            spread = spreading.spread
            scored[SPREADING] = task.scored(spread.outputs, seed, spread.held_out, task.validation)
    if control is not None:
        scored[SCRATCH] = _matched(evaluation, control)
    context.report("comparing")
    layers = {} if probe is None else {FROZEN: probe.layer}
    layers |= {} if spreading is None else {SPREADING: spreading.spread.layer}
    lines = _lines(evaluation, scored, layers, None if probe is None else probe.c, seed)
    test, by_name = evaluation.metrics[str(Split.TEST)], {line.name: line for line in lines}
    notes = caveats(
        experiment,
        rows={str(split): len(getattr(task, split)) for split in SPLITS},
        probed=n_probed,
        shares=test.metric.share,
    )
    if WORDS in by_name and (power := by_name[WORDS].margin.power_note(len(task.test))):
        notes += (power,)
    notes += () if spreading is None else (spreading.note(len(task.validation)),)
    notes += unit_note(metric_of(task.problem.row_metric), test.metric)
    artifacts.save(
        context.folder,
        Baselines(
            test=test,
            n_train=len(task.train),
            lines=lines,
            sentence=baseline_verdict(
                by_name,
                test,
                fresh=experiment.backbone.random_init,
                noun=experiment.data.row_noun,
            ),
            caveats=(*one_sided(by_name), *notes),
        ),
    )


def _tfidf(task: _RunRows, *, pairs: bool, seed: int) -> dict[str, _Scored]:
    """Return the scores of TF-IDF, and of TF-IDF on either text of pairs alone."""
    texts: dict[str, list[Cell]] = {WORDS: task.texts}
    for side, name in enumerate((FIRST_TEXT, SECOND_TEXT) if pairs else ()):
        texts[name] = [sides_of(text)[side] for text in task.texts]
    scored, learned = {}, task.target.select(task.train)
    others, first = np.concatenate([task.validation, task.test]), len(task.validation)
    for name, of_rows in texts.items():
        train, held_out = ([of_rows[i] for i in part] for part in (task.train, others))
        outputs = task.models.predict_tfidf(train, learned, held_out, seed=seed)
        scored[name] = task.scored(outputs[first:], seed, outputs[:first], task.validation)
    return scored


def _frozen_probe(
    context: Context, experiment: ExperimentConfig, task: _RunRows
) -> tuple[int, IntArray, FrozenProbe]:
    """Probe the pretrained backbone.

    Returns the number of training rows used, the validation rows used, and the probe.
    """
    strata = task.problem.strata(task.target)
    train, validation = (
        rows[np.sort(stratified_sample(strata[rows], limit, 0))]
        for rows, limit in ((task.train, MAX_TEXTS), (task.validation, MAX_VALIDATION))
    )
    used = np.concatenate([train, validation, task.test])
    ends = np.cumsum([len(train), len(validation), len(task.test)])
    train_index, validation_index, test_index = np.split(np.arange(len(used)), ends[:-1])
    pretrained = pretrained_twin(experiment.backbone)
    experiment = experiment.with_default_encoding(frozen=True)
    features = backbone_features(context, experiment, pretrained, [task.texts[i] for i in used])
    probe = frozen_probe(
        features, task.target.select(used), train_index, validation_index, test_index,
        lambda done, total: context.report("probing the frozen backbone", done, total),
    )  # fmt: skip
    return len(train), validation, probe


def _from_scratch(context: Context, job: str, experiment: ExperimentConfig) -> Evaluation:
    """Return the predictions of the from-scratch run; ConfigError if it is no control of `experiment`."""
    config = context.store.job(job).config
    if not isinstance(config, ExperimentConfig) or not config.backbone.random_init:
        raise ConfigError("from_scratch_run", job, "a run that was trained from fresh weights")
    if config.data != experiment.data:
        raise ConfigError("from_scratch_run", job, "a run on the same table, columns, rows and splits")
    return load_evaluation(context, job)


def _matched(evaluation: Evaluation, control: Evaluation) -> _Scored:
    """Return the scores of `control`, its rows in the order of the test rows of `evaluation`."""
    own, other = _tested(evaluation), _tested(control)
    if not own.index.sort_values().equals(other.index.sort_values()):
        raise ConfigError(
            "from_scratch_run", f"{len(other)} test rows", f"a run tested on the same {len(own)} rows"
        )
    ordered = other.sort_index(kind="stable").set_axis(own.sort_index(kind="stable")["position"].to_numpy())
    scores = ordered.sort_index()["score"].to_numpy(dtype=np.float64)
    return _Scored(control.metrics[str(Split.TEST)].scores, scores)


def _tested(evaluation: Evaluation) -> pd.DataFrame:
    """Return the scores and positions of the test rows, indexed by row key."""
    tested = evaluation.predictions[evaluation.predictions["split"] == Split.TEST]
    return pd.DataFrame(
        {"score": tested["score"].to_numpy(), "position": np.arange(len(tested))}, index=row_keys(tested)
    )


def _lines(
    evaluation: Evaluation,
    scored: Mapping[str, _Scored],
    layers: Mapping[str, int],
    c: float | None,
    seed: int,
) -> tuple[Baseline, ...]:
    """Return every baseline with its paired difference from the run.

    `layers` are those that baselines read, `c` is that of the frozen probe.
    """
    rows = evaluation.predictions
    tested = rows[rows["split"] == Split.TEST]
    keys, clusters = np.arange(len(tested), dtype=np.uint64), sentence_clusters(tested)
    run = ArmRuns("run", keys, tested["score"].to_numpy()[None], clusters)
    arms = [ArmRuns(name, keys, baseline.rows[None], clusters) for name, baseline in scored.items()]
    lines = []
    for (name, baseline), difference in zip(scored.items(), differences(arms, run, seed=seed), strict=True):
        assert difference is not None
        margin = -difference
        lines.append(
            Baseline(
                name=name,
                scores=baseline.scores,
                margin=margin,
                verdict=verdict_on(name, margin),
                negative_transfer=negative_transfer(name, margin),
                layer=layers.get(name),
                c=c if name == FROZEN else None,
            )
        )
    return tuple(lines)
