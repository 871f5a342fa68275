"""A run with every kind of diagnostic, for tests of reports."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.plots.cluster_results import make_clustering, make_described
from tests.plots.domain_results import make_transfer
from tests.plots.error_analysis_results import make_trust
from tests.plots.few_label_results import make_zero_shot
from tests.plots.joint_results import make_conflict
from tests.plots.label_results import make_label_errors
from tests.plots.number_results import make_number_errors
from tests.plots.self_training_results import make_self_training
from tests.plots.similarity_results import make_forgetting, make_similarity
from tests.plots.small_results import (
    make_baselines,
    make_comparison,
    make_diagnosis,
    make_drift,
    make_evaluation,
    make_history,
    make_label_efficiency,
    make_probes,
    make_projection,
    make_ratings,
    make_timeline,
)
from translearn_core.config import DataConfig, ExperimentConfig, FreezePlan
from translearn_core.jobs import (
    BASELINES,
    COMPARE,
    DIAGNOSE,
    ERROR_ANALYSIS,
    FORGETTING,
    LABEL_EFFICIENCY,
    LABEL_ERRORS,
    NEXT_STEPS,
    NUMBER_ERRORS,
    PAIRED_COMPARISON,
    PROBE,
    PROJECTION,
    SIMILARITY,
    TRANSFERABILITY,
)
from translearn_core.jobs.diagnostics.gradient_conflict import GRADIENT_CONFLICT
from translearn_core.jobs.diagnostics.transfer_matrix import TRANSFER_MATRIX
from translearn_core.jobs.diagnostics.unlabelled_texts import CLUSTERS, DESCRIBED_CLASSES
from translearn_core.jobs.diagnostics.zero_shot import ZERO_SHOT
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.results import Estimate, Evaluation, PairedComparison
from translearn_core.results.comparison import Difference
from translearn_core.results.diagnostics.next_steps import NextStep, NextSteps

HOSTILE = '</script><script>alert("x")</script><img src="http://evil.example/p.png"> ${7*7} {{7*7}}'
FORMULA = '=HYPERLINK("http://evil.example";"x")'
CLASSES = ("bad", "good", HOSTILE)


def evaluated(classes: tuple[str, ...] = CLASSES, rows: int = 90) -> Evaluation:
    evaluation, k = make_evaluation(classes), len(classes)
    names, at = np.asarray(classes, dtype=object), np.arange(rows)
    predictions = pd.DataFrame(
        {
            "row": at + 1,
            "split": np.where(at % 3 == 0, "test", "train"),
            "text": [f"text {i}" for i in range(rows - 2)] + [HOSTILE, FORMULA],
            "label": names[at % k],
            "predicted": names[(at + 1) % k],
            "confidence": np.linspace(0.3, 1, rows),
            "score": 0.0,
        }
    )
    predictions.loc[rows - 2 :, "split"] = "test"
    return replace(evaluation, predictions=predictions)


def make_paired_comparison() -> PairedComparison:
    scores = Estimate(0.7, 0.6, 0.8), Estimate(0.75, 0.65, 0.85)
    return PairedComparison("accuracy", 30, 0, 0, *scores, Difference(0.05, 0.01, 0.09, 1))


def make_next_steps(name: str) -> NextSteps:
    number = Estimate(0.4, 0.2, 0.6)
    step = NextStep("merge", f"Merge {name}", f"40 % of {name}.", number, "labels", "Merge", "this run")
    return NextSteps((step,), ("baselines",))


def everything(classes: tuple[str, ...] = CLASSES) -> ReportData:
    parts = (
        (ERROR_ANALYSIS, make_trust(classes)),
        (DIAGNOSE, make_diagnosis(classes)),
        (BASELINES, make_baselines()),
        (PROBE, replace(make_probes(), sentences=("Layer 4 knows most.",))),
        (SIMILARITY, make_similarity()),
        (FORGETTING, make_forgetting(names=(HOSTILE,))),
        (PROJECTION, make_projection(400, classes)),
        (LABEL_EFFICIENCY, make_label_efficiency()),
        (TRANSFERABILITY, make_ratings(("all-MiniLM-L6-v2",))),
        (COMPARE, make_comparison()),
        (NEXT_STEPS, make_next_steps(HOSTILE)),
        (NUMBER_ERRORS, make_number_errors((HOSTILE, "chat"))),
        (LABEL_ERRORS, make_label_errors((HOSTILE, "chat"))),
        (GRADIENT_CONFLICT, make_conflict((HOSTILE, "chat"))),
        (TRANSFER_MATRIX, make_transfer((HOSTILE, "chat"))),
        (CLUSTERS, make_clustering((HOSTILE, "chat"), column=HOSTILE)),
        (ZERO_SHOT, make_zero_shot((HOSTILE, "chat"))),
        (DESCRIBED_CLASSES, make_described((HOSTILE, "chat"))),
        (PAIRED_COMPARISON, make_paired_comparison()),
    )
    return ReportData(
        name=HOSTILE,
        question=HOSTILE,
        command=f"translearn train data.csv --text '{HOSTILE}'",
        config=ExperimentConfig(
            data=DataConfig(dataset="d" * 20, text=HOSTILE, label="label"), freeze=FreezePlan(blocks=(4, 5))
        ),
        evaluation=evaluated(classes),
        drift=make_drift(),
        history=make_history(),
        timeline=make_timeline(),
        self_training=make_self_training(classes),
        parts=tuple(Part(kind, result) for kind, result in parts),
        missing=(HOSTILE,),
        hashes={"data": "d" * 20},
        versions={"python": "3.11"},
    )
