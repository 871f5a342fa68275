"""Each caveat appears where it applies, and only there."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.plots.small_results import (
    make_comparison,
    make_diagnosis,
    make_evaluation,
    make_probes,
)
from translearn_core.config import AugmentConfig, DataConfig, DistilConfig, ExperimentConfig
from translearn_core.jobs import COMPARE, DIAGNOSE, PROBE
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.results import Evaluation, Finding, Severity

CLASSES = ("bad", "good")
CONFIG = ExperimentConfig(data=DataConfig(dataset="d", text="text", label="label"))


def scored(test: int = 500, validation: int = 500, rows: tuple[int, ...] = (60, 60)) -> Evaluation:
    result = make_evaluation(CLASSES)
    one = result.metrics["test"]
    metrics = {"test": replace(one, n=test), "validation": replace(one, n=validation)}
    label = np.repeat(CLASSES, rows)
    predictions = pd.DataFrame({"split": "test", "label": label, "predicted": label})
    return replace(result, metrics=metrics, predictions=predictions)


def mentions(text: str, *words: str) -> bool:
    """Whether a text has all of some words."""
    return all(word in text for word in words)


def caveat_text(**changes: object) -> str:
    return "\n".join(caveats(ReportData("x", **changes)))  # type: ignore[arg-type]


def test_few_test_rows() -> None:
    assert mentions(caveat_text(evaluation=scored(150)), "150 test rows", "0.7 points")
    assert "test rows: one text" not in caveat_text(evaluation=scored(200))
    few = replace(make_comparison(), test_rows=90)
    assert "90 test rows" in caveat_text(parts=(Part(COMPARE, few),))


def test_few_seeds() -> None:
    assert "One seed" in caveat_text(evaluation=scored())
    result = make_comparison(("a", "b", "c"))
    cells = tuple(replace(cell, runs=runs) for cell, runs in zip(result.arms, (3, 2, 5), strict=True))
    text = caveat_text(parts=(Part(COMPARE, replace(result, arms=cells)),))
    assert mentions(text, "1 of the 3", "fewer than 3 seeds")
    enough = tuple(replace(cell, runs=3) for cell in result.arms)
    assert "seeds" not in caveat_text(parts=(Part(COMPARE, replace(result, arms=enough)),))


def test_uneven_and_untested_classes() -> None:
    assert mentions(caveat_text(evaluation=scored(rows=(600, 60))), "uneven", "10 times")
    assert "uneven" not in caveat_text(evaluation=scored(rows=(100, 60)))
    assert mentions(caveat_text(evaluation=scored(rows=(100, 0))), "1 of the classes", "no test row")
    assert "no test row" not in caveat_text(evaluation=scored())


def test_findings_in_the_data_that_weaken_the_answer() -> None:
    findings = (
        Finding("leaks", Severity.FIXED, "3 rows of test repeat a text of train and were taken out."),
        Finding("duplicates", Severity.DECISION, "9 rows repeat an earlier text."),
        Finding("encoding", Severity.DETECTED, "Read as UTF-8."),
        Finding("trailing-fields", Severity.FIXED, "Two rows had a field too many."),
    )
    diagnosis = replace(make_diagnosis(CLASSES), findings=findings)
    text = caveat_text(parts=(Part(DIAGNOSE, diagnosis),))
    assert mentions(text, findings[0].sentence, findings[1].sentence)
    assert "UTF-8" not in text
    assert "field too many" not in text


def test_cut_texts() -> None:
    diagnosis = make_diagnosis(CLASSES)
    long = replace(diagnosis, cut_share=0.2)
    assert mentions(caveat_text(parts=(Part(DIAGNOSE, long),)), "20.0 %", "longer than 128 tokens")
    assert "longer than" not in caveat_text(parts=(Part(DIAGNOSE, diagnosis),))


def test_what_was_chosen_on_validation() -> None:
    many, few = caveat_text(evaluation=scored()), caveat_text(evaluation=scored(validation=80))
    assert "500 validation rows" in many
    assert "are few" not in many
    assert mentions(few, "80 validation rows", "are few")
    alone = scored()
    assert "validation" not in caveat_text(evaluation=replace(alone, metrics={"test": alone.metrics["test"]}))


def test_probes_that_flatter() -> None:
    probes = make_probes()
    assert "optimistic" in caveat_text(parts=(Part(PROBE, probes),))
    before = replace(probes, variants=("pretrained", "random init"))
    assert "optimistic" not in caveat_text(parts=(Part(PROBE, before),))


def test_help_that_the_run_had() -> None:
    assert caveat_text(config=CONFIG) == ""
    more = CONFIG.model_copy(update={"augment": AugmentConfig(copies=2)})
    assert mentions(caveat_text(config=more), "augmentation", "2 times")
    taught = CONFIG.model_copy(update={"distil": DistilConfig(teacher="t")})
    assert "had a teacher" in caveat_text(config=taught)
    assert "goes on from another" in caveat_text(config=CONFIG.model_copy(update={"resume_from": "j"}))


def test_nothing_is_told_twice() -> None:
    probes = Part(PROBE, make_probes())
    text = caveats(ReportData("x", evaluation=scored(), parts=(probes, probes)))
    assert len(text) == len(set(text)) > 2
