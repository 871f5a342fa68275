"""Rules of the advisor: condition, observation, conclusion and source of each."""

from collections.abc import Callable
from dataclasses import dataclass

from translearn_core.analysis.advisor.facts import MIN_ERROR_REDUCTION, TaskFacts
from translearn_core.config import RecipeName
from translearn_core.results import Reason
from translearn_core.results.format import count_noun, percent

FEW = 1_000
"""Labels below which fine-tuning varies strongly between seeds (small data sets of arXiv:2006.05987)."""
VERY_FEW = 200
"""Labels below which only a head is trained."""
UNKNOWN = 0.05
"""Share of [UNK] tokens that raises a doubt; near 0 in languages the tokenizer knows."""
CONTRADICTORY = 0.02
"""Share of rows with contradictory labels from which labels count as noisy."""
MIN_CLASS_ROWS = 10
"""Training rows of the rarest class below which its score is unreliable."""
MAX_IMBALANCE = 5.0
"""Ratio of the largest to the smallest class above which classes are weighted."""
TRUNCATED = 0.05
"""Share of truncated texts that raises a doubt."""
MIN_STEPS = 200
"""Steps of optimisation that fine-tuning should have."""
MAX_EPOCHS = 20
"""Upper limit of the epochs set to reach `MIN_STEPS`."""

PETERS = "Peters, Ruder & Smith 2019, arXiv:1903.05987"
KUMAR = "Kumar et al. 2022, arXiv:2202.10054"
ULMFIT = "Howard & Ruder 2018, arXiv:1801.06146"
FELBO = "Felbo et al. 2017, arXiv:1708.00524"
ELMO = "Peters et al. 2018, arXiv:1802.05365"
ZHANG = "Zhang et al. 2020, arXiv:2006.05987"
LOGME = "You et al. 2021, arXiv:2102.11005"
PROBES = "Alain & Bengio 2016, arXiv:1610.01644"
LORA = "Hu et al. 2021, arXiv:2106.09685"
LEE = "Lee et al. 2019, arXiv:1911.03090"
WEIGHTS = "King & Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868"
MEASURED = "measured here"


@dataclass(frozen=True)
class Rule:
    """Rule with a condition (`applies`) and the recipes it proposes, best first."""

    applies: Callable[[TaskFacts], bool]
    observation: Callable[[TaskFacts], str]
    conclusion: str
    source: str
    recipes: tuple[RecipeName, ...] = ()

    def reason(self, task: TaskFacts) -> Reason:
        """Return the reason the rule gives for a task."""
        return Reason(self.observation(task), self.conclusion, self.source)


def _probe_and_tfidf(task: TaskFacts) -> str:
    best = percent(task.probes[task.best])
    return f"a probe on the best frozen layer {best}, counting words {percent(task.tfidf.value)}"


def _probe_and_baselines(task: TaskFacts) -> str:
    best = f"{task.logme[task.best_by_logme]:.3f} at layer {task.layers[task.best_by_logme]}"
    logme = f"LogME {task.logme[0]:.3f} at layer {task.layers[0]}, at most {best}"
    return f"{_probe_and_tfidf(task)}, the majority class {percent(task.majority)}; {logme}"


def _probe_layers(task: TaskFacts) -> str:
    best, last = percent(task.probes[task.best]), percent(task.probes[-1])
    return f"probe on layer {task.layers[task.best]} {best}, on the last {last}"


def _label_count(task: TaskFacts) -> str:
    classes = count_noun(task.classes, "class", "classes")
    return f"{task.train:,} training labels in {classes}"


def _contradictory(task: TaskFacts) -> str:
    return f"{percent(task.contradictory_share)} of the rows have a text that stands there with another label"


RELATEDNESS = (
    Rule(
        lambda task: task.tfidf_wins,
        _probe_and_baselines,
        "Counting words beats the frozen backbone by more than chance: what it knows is far from this task.",
        PROBES,
    ),
    Rule(
        lambda task: task.error_reduction < MIN_ERROR_REDUCTION,
        _probe_and_baselines,
        "Frozen features hardly do better than the majority class: what the backbone knows is far from "
        "this task.",
        PROBES,
    ),
    Rule(
        lambda _: True,
        _probe_and_baselines,
        "Frozen features already tell your classes apart: source and task are related, and what the backbone "
        "knows is worth keeping.",
        KUMAR,
    ),
)
"""Relatedness of source and task; the first rule that applies is used."""

CASES = (
    Rule(
        lambda task: task.train < FEW and task.contradictory_share >= CONTRADICTORY,
        lambda task: f"{_label_count(task)}; {_contradictory(task)}",
        "Small and noisy: train one block at a time from the bottom up, so that each finds its place while "
        "the others hold still.",
        FELBO,
        (RecipeName.BOTTOM_UP,),
    ),
    Rule(
        lambda task: task.train < VERY_FEW and task.related,
        _label_count,
        "So few labels, and a related backbone: fine-tuning would bend good features more than it teaches "
        "them. Keep them frozen and learn a head.",
        KUMAR,
        (RecipeName.LINEAR,),
    ),
    Rule(
        lambda task: task.train < FEW and task.related,
        _label_count,
        "Few labels, and a related backbone: let the head learn first, so that a raw head does not bend good "
        "features, then let everything follow.",
        KUMAR,
        (RecipeName.LP_FT,),
    ),
    Rule(
        lambda task: task.train < FEW,
        _label_count,
        "Few labels, and the features have to change: unfreeze one block after another from the top, so "
        "that it does not forget all at once.",
        ULMFIT,
        (RecipeName.GRADUAL,),
    ),
    Rule(
        lambda task: not task.related,
        _label_count,
        "Labels enough to change the features, and they have to: train everything.",
        ULMFIT,
        (RecipeName.FULL, RecipeName.DISCRIMINATIVE),
    ),
    Rule(
        lambda _: True,
        _label_count,
        "Labels enough to train everything, and features worth keeping: let what came from the source move "
        "slowly and what is new move fast.",
        ULMFIT,
        (RecipeName.DISCRIMINATIVE, RecipeName.FULL),
    ),
)
"""Recipes by number and noise of labels; the first rule that applies is used."""

QUICKER = (
    (RecipeName.LORA, "Small matrices beside the frozen ones come close to training everything.", LORA),
    (RecipeName.LAST_K, "The last blocks alone give most of what full fine-tuning does.", LEE),
)
"""Fallbacks, in order, when a recipe exceeds the time limit."""

LAYER_CHOICE = (
    Rule(
        lambda task: task.best_beats_last and task.best_below_last,
        _probe_layers,
        "A layer below the last one knows more about your labels, by more than chance: let the head read it.",
        ELMO,
    ),
    Rule(
        lambda task: task.best_below_last,
        _probe_layers,
        "The last layer is not the best one here, though that could be chance: let the head learn which "
        "layers to read.",
        ELMO,
        (RecipeName.MIX,),
    ),
    Rule(lambda _: True, _probe_layers, "No layer below knows more than the last one: read that.", PROBES),
)
"""Layer that a frozen backbone is read from; the first rule that applies is used."""

DOUBTS = (
    Rule(
        lambda task: task.tfidf_wins,
        _probe_and_tfidf,
        "Transfer may not help here at all: train the recipe 'scratch' too, and hold both against the count "
        "of words.",
        f"{ULMFIT}, figure 3",
    ),
    Rule(
        lambda task: not task.related and task.train >= FEW,
        _probe_and_baselines,
        "Papers disagree about tasks far from the source: in one comparison frozen features did better there "
        "than fine-tuning.",
        PETERS,
    ),
    Rule(
        lambda task: not (task.tfidf_wins or task.tfidf_loses),
        _probe_and_tfidf,
        "Whether the frozen backbone knows more than a count of words could be chance.",
        MEASURED,
    ),
    Rule(
        lambda task: task.unknown_token_share >= UNKNOWN,
        lambda task: (
            f"{percent(task.unknown_token_share)} of the tokens are [UNK], which the backbone cannot read"
        ),
        "This backbone does not read the language or the script of your texts well: try another backbone "
        "before any recipe.",
        "the backbone's own tokenizer",
    ),
    Rule(
        lambda task: task.truncated_share >= TRUNCATED,
        lambda task: (
            f"{percent(task.truncated_share)} of the texts are longer than {task.token_limit} tokens"
        ),
        "The rest of them is never read: if what matters stands at the end, raise the token limit.",
        MEASURED,
    ),
    Rule(
        lambda task: task.best_by_logme == 0,
        lambda task: f"LogME is highest at layer 0, the embeddings ({task.logme[0]:.3f})",
        "The blocks add nothing that these labels need; the words alone may be the task.",
        LOGME,
    ),
    Rule(
        lambda task: task.best_by_logme != task.best,
        lambda task: (
            f"LogME puts layer {task.layers[task.best_by_logme]} first, "
            f"the probe layer {task.layers[task.best]}"
        ),
        "The two ways to rate layers do not agree, so the best layer is not settled.",
        LOGME,
    ),
    Rule(
        lambda task: task.contradictory_share >= CONTRADICTORY,
        _contradictory,
        "No recipe can learn labels that contradict each other: look at these rows on the Data page first.",
        MEASURED,
    ),
    Rule(
        lambda task: task.rarest < MIN_CLASS_ROWS,
        lambda task: f"the rarest class has {count_noun(task.rarest, 'training row')}",
        "Whether that class is learnt is luck: merge it, or find more rows of it.",
        MEASURED,
    ),
)
"""Objections to the advice; all rules that apply are used."""
