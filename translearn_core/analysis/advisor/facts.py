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
    one entry per layer; `best_probe` is that of the best layer with its interval. `n_train_used` and
    `n_validation` count the rows used; `contradictory_share` is the share of rows whose text also occurs with
    another label, `truncated_share` that of truncated texts, `unknown_token_share` that of [UNK] tokens.
    `tfidf_wins` means that TF-IDF significantly beats the best layer, `tfidf_loses` the opposite,
    `best_beats_last` that the best layer significantly beats the last. `time_limit` is in seconds;
    `words_per_text` are the rows of a sentence where rows are words; `costs` holds the recipes that are
    possible.
    """

    train: int
    n_train_used: int
    n_validation: int
    classes: int
    rarest: int
    commonest: int
    contradictory_share: float
    median_tokens: float
    long_tokens: float
    token_limit: int
    truncated_share: float
    unknown_token_share: float
    majority: float
    tfidf: Estimate
    layers: tuple[int, ...]
    logme: tuple[float, ...]
    probes: tuple[float, ...]
    best_probe: Estimate
    tfidf_wins: bool
    tfidf_loses: bool
    best_beats_last: bool
    time_limit: float | None = None
    words_per_text: float = 1.0
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
        return not self.tfidf_wins and self.error_reduction >= MIN_ERROR_REDUCTION

    @property
    def best_below_last(self) -> bool:
        """Whether the best layer is not the last."""
        return self.best != len(self.layers) - 1
