"""Duplicate texts, reported or dropped as configured."""

from translearn_core.config import CleaningRule, DataConfig
from translearn_core.results.format import quote
from translearn_core.tasks.task_rows import TaskRows


def clean_duplicates(state: TaskRows, config: DataConfig) -> TaskRows:
    """Report texts that repeat an earlier one of their split, or drop them if the config says so."""
    mask = state.rows.duplicated(["key", "split"]).to_numpy()
    if not mask.any():
        return state
    example = f"(for instance {quote(state.rows['text'].to_numpy()[mask][0])})"
    predicates = f"repeats an earlier text {example}", f"repeat an earlier text {example}"
    advice = "Equal texts stay together in one split, so none leaks; drop them if each should count once."
    return state.drop_or_offer(mask, config, CleaningRule.DROP_DUPLICATES, "duplicates", predicates, advice)
