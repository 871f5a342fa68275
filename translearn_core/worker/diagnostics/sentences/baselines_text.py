"""Did transfer help here? The answer in words, with its interval and what it does not say."""

from collections.abc import Mapping

from translearn_core.config import ExperimentConfig
from translearn_core.results import Baseline, Difference
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, SCRATCH, WORDS
from translearn_core.results.evaluation import SMALL_TEST_SET, small_test_set_note

CALLED = {
    MAJORITY: "always giving the commonest class",
    WORDS: "counting words with TF-IDF",
    FROZEN: "a linear probe on the frozen backbone",
    SCRATCH: "the same model trained from scratch",
}
"""What the lines are called in a sentence."""

NOT_KNOWN = "is not known until the same model is trained from scratch"


def excludes_zero(lead: Difference) -> bool:
    """Whether a lead's interval leaves out 0: more than chance on these test rows, if not for other seeds."""
    return lead.interval.low > 0 or lead.interval.high < 0


def verdict_on(name: str, lead: Difference) -> str:
    """Say how a run compares to a line, and whether other test rows could turn it round."""
    chance = (
        "more than chance on these test rows" if excludes_zero(lead) else "could be chance on these test rows"
    )
    return f"The run {_compared(name, lead)}: {chance} (one seed)."


def negative_transfer(name: str, lead: Difference) -> str:
    """Say that transfer did harm: below word counts or below scratch by more than chance; else nothing."""
    if name not in (WORDS, SCRATCH) or lead.interval.high >= 0:
        return ""
    return f"Negative transfer: {lead.points} below {CALLED[name]} {lead.span}."


def baseline_verdict(found: Mapping[str, Baseline], accuracy: float, *, fresh: bool) -> str:
    """Answer whether transfer helped a run, as far as its lines tell; `fresh`, if it began from nothing."""
    words, probe, scratch = found[WORDS], found[FROZEN], found.get(SCRATCH)
    if fresh:
        return (
            "This run began with fresh weights, so nothing was transferred: it is the control that others "
            f"are read against. It {_compared(WORDS, words.margin)}. {_already(probe)}."
        )
    first = _against_words(words) if scratch is None else _against_scratch(scratch, words, accuracy)
    return f"{first} {_already(probe)}{_added(probe)}."


def caveats(experiment: ExperimentConfig, rows: Mapping[str, int], probed: int) -> tuple[str, ...]:
    """Say what weakens the answer; `rows` by split, `probed` the training rows of the frozen probe."""
    said = [few] if (few := small_test_set_note(rows["test"])) else []
    said.append(
        "One seed: the intervals tell what other test rows would change; what another seed would change is "
        "not in them."
    )
    if rows["validation"] < SMALL_TEST_SET:
        said.append(
            f"The probe's layer was chosen on {rows['validation']:,} validation rows only: another choice "
            "could have done as well."
        )
    if probed < rows["train"]:
        said.append(f"The frozen probe learned from {probed:,} of the {rows['train']:,} training rows.")
    if experiment.augment.copies:
        said.append("The run learned from altered copies too, the lines from the table's own rows alone.")
    if experiment.distil is not None:
        said.append("The run had a teacher: what that one had learned counts for the run here.")
    return tuple(said)


def _against_words(words: Baseline) -> str:
    lead = words.margin
    if words.negative_transfer:
        return (
            f"No, as far as can be seen: counting words is {lead.points} better than the run "
            f"{lead.span}. Whether the run at least beats the same model from scratch {NOT_KNOWN}."
        )
    if excludes_zero(lead):
        return (
            f"Perhaps: the run {_compared(WORDS, lead)}, more than chance; but whether that comes from what "
            f"the backbone had learned before {NOT_KNOWN}."
        )
    return (
        f"Not seen: the run {_compared(WORDS, lead)}, which could be chance. Whether it beats a model that "
        f"began from nothing {NOT_KNOWN}."
    )


def _against_scratch(scratch: Baseline, words: Baseline, accuracy: float) -> str:
    lead = scratch.margin
    answer = "Not seen" if not excludes_zero(lead) else "Yes" if lead.estimate > 0 else "No, it did harm"
    hedge = ", which could be chance" * (not excludes_zero(lead))
    also = "could be chance too" if not excludes_zero(lead) else "could be chance"
    chance = "" if excludes_zero(words.margin) else f", which {also}"
    return (
        f"{answer}: the run gets {100 * accuracy:.1f} % of the test texts right and "
        f"{_compared(SCRATCH, lead)}{hedge}. It {_compared(WORDS, words.margin)}{chance}."
    )


def _already(probe: Baseline) -> str:
    where = "its embeddings alone" if probe.layer == 0 else f"layer {probe.layer}"
    return (
        f"A linear probe on the backbone as it came, reading {where}, gets {100 * probe.accuracy:.1f} % "
        "right: so much was known before any training"
    )


def _added(probe: Baseline) -> str:
    lead = probe.margin
    if not excludes_zero(lead):
        return f", and what training changed about that could be chance {lead.span}"
    if lead.estimate > 0:
        return f", and training added {lead.points} {lead.span}"
    return f", and this training fell {lead.points} short of it {lead.span}"


def _compared(name: str, lead: Difference) -> str:
    return lead.beside(CALLED[name])
