"""What is measured on a task before any training, for the advisor's rules to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from translearn_core.config import RecipeName
from translearn_core.results import Interval

SMALL_TRAIN_SET = 0.25
"""Share of the commonest answer's mistakes that frozen features have to avoid to count as related."""


@dataclass(frozen=True)
class Cost:
    """What a recipe takes here: seconds from start to end, and whether the memory is there."""

    seconds: float
    memory: bool = True


@dataclass(frozen=True)
class TaskFacts:
    """What was measured on a task before any training.

    Shares and accuracies are fractions in [0, 1]; `layers`, `logme` and `probes` (accuracies on validation
    rows) go together. `words_ahead` says that counting words beats the best layer by more than chance,
    `words_behind` the opposite, `lead` that the best layer beats the last one so; `costs` names the recipes
    that are possible here.
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
    tfidf: float
    tfidf_interval: Interval
    layers: tuple[int, ...]
    logme: tuple[float, ...]
    probes: tuple[float, ...]
    probe_interval: Interval
    words_ahead: bool
    words_behind: bool
    lead: bool
    at_hand: float | None = None
    costs: Mapping[RecipeName, Cost] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """Place of the layer whose probe is best; the higher one of equals, which is what recipes read."""
        return max(range(len(self.probes)), key=lambda k: (self.probes[k], k))

    @property
    def suits(self) -> int:
        """Place of the layer that LogME puts first."""
        return max(range(len(self.logme)), key=lambda k: (self.logme[k], k))

    @property
    def avoided(self) -> float:
        """Share of the mistakes of the commonest answer that a probe on the best layer avoids."""
        return (self.probes[self.best] - self.majority) / max(1e-9, 1 - self.majority)

    @property
    def related(self) -> bool:
        """Whether what the backbone knows bears on these labels, as far as frozen features tell."""
        return not self.words_ahead and self.avoided >= SMALL_TRAIN_SET

    @property
    def not_last(self) -> bool:
        """Whether the best layer is another than the last."""
        return self.best != len(self.layers) - 1
