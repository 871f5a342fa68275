"""Facts measured on a task before training: the input of the advisor's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from translearn_core.config import RecipeName
from translearn_core.results import Estimate

MIN_ERROR_REDUCTION = 0.25
"""Error reduction over the majority-class baseline from which the source counts as related."""


@dataclass(frozen=True)
class Cost:
    """Estimated cost of a recipe: seconds in total, and whether it fits in memory."""

    seconds: float
    memory: bool = True


@dataclass(frozen=True)
class TaskFacts:
    """Facts measured on a task before training.

    Shares and accuracies are fractions in [0, 1]; `layers`, `logme` and `probes` (validation accuracies) have
    one entry per layer; `best_probe` is that of the best layer with its interval. `learnt` and `held` count
    the training and validation rows used; `torn` is the share of rows whose text also occurs with another
    label; `cut` the share of truncated texts, `unknown` of [UNK] tokens. `words_ahead` means that TF-IDF
    significantly beats the best layer, `words_behind` the opposite, `lead` that the best layer significantly
    beats the last. `at_hand` is the time limit in seconds; `costs` holds the recipes that are possible.
    """

    train: int
    learnt: int
    held: int
    classes: int
    rarest: int
    commonest: int
    torn: float
    median_tokens: float
    long_tokens: float
    token_limit: int
    cut: float
    unknown: float
    majority: float
    tfidf: Estimate
    layers: tuple[int, ...]
    logme: tuple[float, ...]
    probes: tuple[float, ...]
    best_probe: Estimate
    words_ahead: bool
    words_behind: bool
    lead: bool
    at_hand: float | None = None
    costs: Mapping[RecipeName, Cost] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """Index of the layer with the best probe; the highest of equals."""
        return max(range(len(self.probes)), key=lambda k: (self.probes[k], k))

    @property
    def best_by_logme(self) -> int:
        """Index of the layer with the highest LogME."""
        return max(range(len(self.logme)), key=lambda k: (self.logme[k], k))

    @property
    def error_reduction(self) -> float:
        """Relative error reduction of the best layer's probe over the majority-class baseline."""
        return (self.probes[self.best] - self.majority) / max(1e-9, 1 - self.majority)

    @property
    def related(self) -> bool:
        """Whether source and task are related, judged by frozen features."""
        return not self.words_ahead and self.error_reduction >= MIN_ERROR_REDUCTION

    @property
    def best_below_last(self) -> bool:
        """Whether the best layer is not the last."""
        return self.best != len(self.layers) - 1
