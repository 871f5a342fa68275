"""Each caveat is told where it applies, and only there."""

from dataclasses import replace

import numpy as np

from tests.plots.plotted_results import (
    make_comparison,
    make_diagnosis,
    make_evaluation,
    make_probes,
)
from translearn_core.config import (
    AugmentConfig,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    JobKind,
)
from translearn_core.reporting import Part, ReportData, caveats
from translearn_core.results import Evaluation, Finding, Severity

CLASSES = ("bad", "good")
CONFIG = ExperimentConfig(data=DataConfig(dataset="d", text="text", label="label"))


def scored(test: int = 500, validation: int = 500, rows: tuple[int, ...] = (60, 60)) -> Evaluation:
    found = make_evaluation(CLASSES)
    one = found.metrics["test"]
    metrics = {"test": replace(one, n=test), "validation": replace(one, n=validation)}
    return replace(found, metrics=metrics, confusion=np.diag(rows))


def said(**changes: object) -> str:
    return "\n".join(caveats(ReportData("x", **changes)))  # type: ignore[arg-type]


def test_few_test_rows() -> None:
    assert "Only 150 test rows: one text more or less is worth 0.7 points" in said(evaluation=scored(150))
    assert "test rows: one text" not in said(evaluation=scored(200))
    few = replace(make_comparison(), test_rows=90)
    assert "Only 90 test rows" in said(parts=(Part(JobKind.COMPARE, few),))


def test_few_seeds() -> None:
    assert "One seed" in said(evaluation=scored())
    found = make_comparison(("a", "b", "c"))
    cells = tuple(replace(cell, runs=runs) for cell, runs in zip(found.cells, (3, 2, 5), strict=True))
    told = said(parts=(Part(JobKind.COMPARE, replace(found, cells=cells)),))
    assert "1 of the 3 ways compared have fewer than 3 seeds" in told
    enough = tuple(replace(cell, runs=3) for cell in found.cells)
    assert "seeds" not in said(parts=(Part(JobKind.COMPARE, replace(found, cells=enough)),))


def test_uneven_and_untested_classes() -> None:
    assert "the commonest has 10 times the test rows" in said(evaluation=scored(rows=(600, 60)))
    assert "uneven" not in said(evaluation=scored(rows=(100, 60)))
    assert "1 of the classes have no test row" in said(evaluation=scored(rows=(100, 0)))
    assert "no test row" not in said(evaluation=scored())


def test_findings_in_the_data_that_weaken_the_answer() -> None:
    findings = (
        Finding("leaks", Severity.FIXED, "3 rows of test repeat a text of train and were taken out."),
        Finding("duplicates", Severity.DECISION, "9 rows repeat an earlier text."),
        Finding("encoding", Severity.DETECTED, "Read as UTF-8."),
        Finding("trailing-fields", Severity.FIXED, "Two rows had a field too many."),
    )
    diagnosis = replace(make_diagnosis(CLASSES), findings=findings)
    told = said(parts=(Part(JobKind.DIAGNOSE, diagnosis),))
    assert "About the data: 3 rows of test repeat a text of train" in told
    assert "9 rows repeat an earlier text" in told
    assert "UTF-8" not in told
    assert "field too many" not in told


def test_cut_texts() -> None:
    diagnosis = make_diagnosis(CLASSES)
    long = replace(diagnosis, cut_share=0.2)
    assert "20.0 % of the texts are longer than 128 tokens" in said(parts=(Part(JobKind.DIAGNOSE, long),))
    assert "longer than" not in said(parts=(Part(JobKind.DIAGNOSE, diagnosis),))


def test_what_was_chosen_on_validation() -> None:
    assert "chosen on 500 validation rows. Scores on validation" in said(evaluation=scored())
    assert "chosen on 80 validation rows, which are few" in said(evaluation=scored(validation=80))
    alone = scored()
    assert "validation" not in said(evaluation=replace(alone, metrics={"test": alone.metrics["test"]}))


def test_probes_that_flatter() -> None:
    probes = make_probes()
    assert "optimistic, because it was trained" in said(parts=(Part(JobKind.PROBE, probes),))
    before = replace(probes, variants=("pretrained", "random init"))
    assert "optimistic" not in said(parts=(Part(JobKind.PROBE, before),))


def test_help_that_the_run_had() -> None:
    assert said(config=CONFIG) == ""
    more = CONFIG.model_copy(update={"augment": AugmentConfig(copies=2)})
    assert "added 2 times more in altered copies" in said(config=more)
    taught = CONFIG.model_copy(update={"distil": DistilConfig(teacher="t")})
    assert "had a teacher" in said(config=taught)
    assert "goes on from another" in said(config=CONFIG.model_copy(update={"continues": "j"}))


def test_nothing_is_told_twice() -> None:
    probes = Part(JobKind.PROBE, make_probes())
    told = caveats(ReportData("x", evaluation=scored(), parts=(probes, probes)))
    assert len(told) == len(set(told)) > 2
