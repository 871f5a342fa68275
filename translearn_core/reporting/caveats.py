"""Caveats of a report: one function per rule, empty where the rule does not apply."""

from collections.abc import Callable

from translearn_core.config import RECIPES, ExperimentConfig, HeadKind, RecipeName, Split
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Comparison, Diagnosis, ProbeScores, Severity
from translearn_core.results.evaluation import SMALL_TEST_SET, small_test_set_note
from translearn_core.results.format import percent
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.predictions import predictions_target
from translearn_core.tasks.splits import split_indices

FEW_SEEDS = 3
"""Least number of seeds for an interval over seeds."""
TRUNCATED = 0.05
"""Share of truncated texts above which a caveat is given."""
REPORTED_CODES = (Severity.WARNING, Severity.DECISION, Severity.BLOCKING)
WEAKENING_CODES = ("leaks", "duplicates-dropped", "conflicts-dropped", "rare-dropped", "rare-merged")
"""Findings that are reported although they were fixed."""


def caveats(data: ReportData) -> tuple[str, ...]:
    """Return the caveats that apply, without duplicates."""
    return tuple(dict.fromkeys(sentence for rule in RULES for sentence in rule(data)))


def few_test_rows(data: ReportData) -> list[str]:
    """Warn that a small test set hides small differences."""
    comparison = data.result(Comparison)
    if data.evaluation is not None and (test := data.evaluation.metrics.get(str(Split.TEST))):
        rows, shares = test.n, test.metric.share
    elif comparison is not None:
        rows, shares = comparison.test_rows, True
    else:
        return []
    return [note] if (note := small_test_set_note(rows, shares=shares, noun=data.row_noun)) else []


def few_seeds(data: ReportData) -> list[str]:
    """Warn that the intervals do not include variance over seeds."""
    sentences = []
    if data.evaluation is not None:
        sentences.append(
            "One seed: the intervals tell what other test rows would change; what another seed would change "
            "is not in them."
        )
    comparison = data.result(Comparison)
    few = [arm.name for arm in comparison.arms if arm.runs < FEW_SEEDS] if comparison else []
    if few:
        sentences.append(
            f"{len(few)} of the {len(comparison.arms) if comparison else 0} configurations compared have "
            f"fewer than {FEW_SEEDS} seeds: their intervals are over test rows, not over seeds."
        )
    return sentences


def problem_caveats(data: ReportData) -> list[str]:
    """Return what the problem type has to say of the test rows, from the evaluation or the data profile."""
    diagnosis, task = data.result(Diagnosis), data.config or data.study
    if (evaluation := data.evaluation) is not None:
        problem = PROBLEMS[evaluation.problem]
        split = split_indices(evaluation.predictions["split"])
        return problem.caveats(problem.count_rows(predictions_target(evaluation), split))
    if diagnosis is None or task is None:
        return []
    return PROBLEMS[task.data.problem].caveats(diagnosis.counts)


def unfinished(data: ReportData) -> list[str]:
    """Warn that runs of a study are unfinished."""
    comparison, total = data.result(Comparison), len(data.planned)
    done = sum(arm.runs for arm in comparison.arms) if comparison else 0
    if not 0 < done < total:
        return []
    return [f"Only {done:,} of the study's {total:,} runs are finished: what the others say is not in it."]


def findings(data: ReportData) -> list[str]:
    """Return data findings that weaken the results, such as leakage and duplicates."""
    diagnosis = data.result(Diagnosis)
    if diagnosis is None:
        return []
    return [
        f"About the data: {finding.sentence}"
        for finding in diagnosis.findings
        if finding.severity in REPORTED_CODES or finding.code in WEAKENING_CODES
    ]


def cut_texts(data: ReportData) -> list[str]:
    """Warn of truncated texts."""
    diagnosis = data.result(Diagnosis)
    if diagnosis is None or diagnosis.cut_share <= TRUNCATED:
        return []
    return [
        f"{percent(diagnosis.cut_share)} of the texts are longer than {diagnosis.token_limit} tokens; the "
        "model never saw what came after."
    ]


def chosen_on_validation(data: ReportData) -> list[str]:
    """Warn that the epoch was selected on validation rows."""
    fitted = isinstance(data.config, ExperimentConfig) and data.config.head.kind is HeadKind.PROBE
    if (
        fitted
        or data.evaluation is None
        or (held := data.evaluation.metrics.get(str(Split.VALIDATION))) is None
    ):
        return []
    hedge = ", which are few: another choice could have done as well" if held.n < SMALL_TEST_SET else ""
    return [
        f"The epoch that was kept was chosen on {held.n:,} validation rows{hedge}. Scores on validation are "
        "therefore optimistic; believe those on test."
    ]


def optimistic_probes(data: ReportData) -> list[str]:
    """Warn that cross-validated probes of a fine-tuned model have seen the labels."""
    probes = data.result(ProbeScores)
    if probes is None or "fine-tuned" not in probes.variants:
        return []
    return [
        "Cross-validated probes of the fine-tuned model are optimistic, because it was trained on those very "
        "labels; their test scores are not."
    ]


def extra_training_signal(data: ReportData) -> list[str]:
    """Warn of augmentation, distillation and continued training."""
    config, sentences = data.config, []
    copies = config.augment.copies if config is not None else 0
    if data.study is not None:
        copies = max((run.config.augment.copies for run in data.planned), default=0)
    if copies:
        sentences.append(
            f"Data augmentation: every training text was added {copies} times more in altered copies."
        )
    if distilled := {run.factors["recipe"] for run in data.planned if run.config.distil is not None}:
        names = ", ".join(
            RECIPES[RecipeName(name)].title if name in RECIPES else name for name in sorted(distilled)
        )
        sentences.append(f"{names} had a teacher: what that one had learned counts there.")
    if isinstance(config, ExperimentConfig) and config.distil is not None:
        sentences.append("The run had a teacher: what that one had learned counts for the run here.")
    if isinstance(config, ExperimentConfig) and config.resume_from is not None:
        sentences.append(
            "The run goes on from another one: what that one had learned counts for the run here."
        )
    return sentences


RULES: tuple[Callable[[ReportData], list[str]], ...] = (
    few_test_rows,
    few_seeds,
    unfinished,
    findings,
    problem_caveats,
    chosen_on_validation,
    cut_texts,
    optimistic_probes,
    extra_training_signal,
)
"""All rules, the most important first."""
