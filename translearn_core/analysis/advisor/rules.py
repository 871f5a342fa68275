"""The advisor's rules, each a row: when it holds, what it saw, what it says, and where it is from."""

from collections.abc import Callable
from dataclasses import dataclass

from translearn_core.analysis.advisor.facts import SMALL_TRAIN_SET, TaskFacts
from translearn_core.config import RecipeName
from translearn_core.results import Reason

FEW = 1_000
"""Labels below which fine-tuning swings from seed to seed: the small sets of arXiv:2006.05987."""
HANDFUL = 200
"""Labels below which a head is all that is learnt safely."""
UNKNOWN = 0.05
"""Share of unreadable tokens that is worth a doubt; on languages the tokenizer knows it is near 0."""
TORN = 0.02
"""Share of rows whose text stands there with another label too, from which labels count as noisy."""
RARE = 10
"""Training rows of the rarest class below which its score is luck."""
UNEVEN = 5.0
"""How many times commoner the commonest class may be than the rarest before classes are weighted."""
CUT = 0.05
"""Share of texts longer than what is read that is worth a doubt."""
STEPS = 200
"""Steps a training of the backbone should have, and the most passes that are taken to get there."""
MOST_EPOCHS = 20

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
HERE = "measured here"


@dataclass(frozen=True)
class Rule:
    """Where `holds`, the rule speaks; `recipes` are those it puts forward, the best first."""

    applies: Callable[[TaskFacts], bool]
    observation: Callable[[TaskFacts], str]
    conclusion: str
    source: str
    recipes: tuple[RecipeName, ...] = ()

    def reason(self, m: TaskFacts) -> Reason:
        """Return the rule as it applies to what was measured."""
        return Reason(self.observation(m), self.conclusion, self.source)


def share(fraction: float) -> str:
    """Return a fraction in percent."""
    return f"{100 * fraction:.1f} %"


def _beside_words(m: TaskFacts) -> str:
    return f"a probe on the best frozen layer {share(m.probes[m.best])}, counting words {share(m.tfidf)}"


def _beside_all(m: TaskFacts) -> str:
    best = f"{m.logme[m.suits]:.3f} at layer {m.layers[m.suits]}"
    known = f"LogME {m.logme[0]:.3f} at layer {m.layers[0]}, at most {best}"
    return f"{_beside_words(m)}, always the commonest answer {share(m.majority)}; {known}"


def _layers(m: TaskFacts) -> str:
    return f"probe on layer {m.layers[m.best]} {share(m.probes[m.best])}, on the last {share(m.probes[-1])}"


def _labels(m: TaskFacts) -> str:
    return f"{m.train:,} training labels in {m.classes:,} classes"


RELATEDNESS = (
    Rule(
        lambda m: m.words_ahead,
        _beside_all,
        "Counting words beats the frozen backbone by more than chance: what it knows is far from this task.",
        PROBES,
    ),
    Rule(
        lambda m: m.avoided < SMALL_TRAIN_SET,
        _beside_all,
        "Frozen features hardly do better than the commonest answer: what the backbone knows is far from "
        "this task.",
        PROBES,
    ),
    Rule(
        lambda _: True,
        _beside_all,
        "Frozen features already tell your classes apart: source and task are related, and what the backbone "
        "knows is worth keeping.",
        KUMAR,
    ),
)
"""How near the task is to what the backbone knows; the first that holds is said."""

CASES = (
    Rule(
        lambda m: m.train < FEW and m.torn >= TORN,
        lambda m: (
            f"{_labels(m)}; {share(m.torn)} of the rows have a text that stands there with another label"
        ),
        "Small and noisy: train one block at a time from the bottom up, so that each finds its place while "
        "the others hold still.",
        FELBO,
        (RecipeName.BOTTOM_UP,),
    ),
    Rule(
        lambda m: m.train < HANDFUL and m.related,
        _labels,
        "So few labels, and a related backbone: fine-tuning would bend good features more than it teaches "
        "them. Keep them frozen and learn a head.",
        KUMAR,
        (RecipeName.LINEAR,),
    ),
    Rule(
        lambda m: m.train < FEW and m.related,
        _labels,
        "Few labels, and a related backbone: let the head learn first, so that a raw head does not bend good "
        "features, then let everything follow.",
        KUMAR,
        (RecipeName.LP_FT,),
    ),
    Rule(
        lambda m: m.train < FEW,
        _labels,
        "Few labels, and the features have to change: unfreeze one block after another from the top, so "
        "that it does not forget all at once.",
        ULMFIT,
        (RecipeName.GRADUAL,),
    ),
    Rule(
        lambda m: not m.related,
        _labels,
        "Labels enough to change the features, and they have to: train everything.",
        ULMFIT,
        (RecipeName.FULL, RecipeName.DISCRIMINATIVE),
    ),
    Rule(
        lambda _: True,
        _labels,
        "Labels enough to train everything, and features worth keeping: let what came from the source move "
        "slowly and what is new move fast.",
        ULMFIT,
        (RecipeName.DISCRIMINATIVE, RecipeName.FULL),
    ),
)
"""What the labels allow; the first that holds puts its recipes forward."""

QUICKER = (
    (RecipeName.LORA, "Small matrices beside the frozen ones come close to training everything.", LORA),
    (RecipeName.LAST_K, "The last blocks alone give most of what full fine-tuning does.", LEE),
)
"""What to fall back on, one after the other, where a training takes longer than there is time."""

READING = (
    Rule(
        lambda m: m.lead and m.not_last,
        _layers,
        "A layer below the last one knows more about your labels, by more than chance: let the head read it.",
        ELMO,
    ),
    Rule(
        lambda m: m.not_last,
        _layers,
        "The last layer is not the best one here, though that could be chance: let the head learn which "
        "layers to read.",
        ELMO,
        (RecipeName.MIX,),
    ),
    Rule(lambda _: True, _layers, "No layer below knows more than the last one: read that.", PROBES),
)
"""Which layer a frozen backbone is read from; the first that holds is said."""

DOUBTS = (
    Rule(
        lambda m: m.words_ahead,
        _beside_words,
        "Transfer may not help here at all: train the recipe 'scratch' too, and hold both against the count "
        "of words.",
        f"{ULMFIT}, figure 3",
    ),
    Rule(
        lambda m: not m.related and m.train >= FEW,
        _beside_all,
        "Papers disagree about tasks far from the source: in one comparison frozen features did better there "
        "than fine-tuning.",
        PETERS,
    ),
    Rule(
        lambda m: not (m.words_ahead or m.words_behind),
        _beside_words,
        "Whether the frozen backbone knows more than a count of words could be chance.",
        HERE,
    ),
    Rule(
        lambda m: m.unknown >= UNKNOWN,
        lambda m: f"{share(m.unknown)} of the tokens are [UNK], which the backbone cannot read",
        "This backbone does not read the language or the script of your texts well: try another backbone "
        "before any recipe.",
        "the backbone's own tokenizer",
    ),
    Rule(
        lambda m: m.cut >= CUT,
        lambda m: f"{share(m.cut)} of the texts are longer than {m.token_limit} tokens",
        "The rest of them is never read: if what matters stands at the end, raise the token limit.",
        HERE,
    ),
    Rule(
        lambda m: m.logme[m.suits] <= m.logme[0],
        lambda m: f"LogME is highest at layer 0, the embeddings ({m.logme[0]:.3f})",
        "The blocks add nothing that these labels need; the words alone may be the task.",
        LOGME,
    ),
    Rule(
        lambda m: m.suits != m.best,
        lambda m: f"LogME puts layer {m.layers[m.suits]} first, the probe layer {m.layers[m.best]}",
        "The two ways to rate layers do not agree, so the best layer is not settled.",
        LOGME,
    ),
    Rule(
        lambda m: m.torn >= TORN,
        lambda m: f"{share(m.torn)} of the rows have a text that stands there with another label",
        "No recipe can learn labels that contradict each other: look at these rows on the Data page first.",
        HERE,
    ),
    Rule(
        lambda m: m.rarest < RARE,
        lambda m: f"the rarest class has {m.rarest:,} training rows",
        "Whether that class is learnt is luck: merge it, or find more rows of it.",
        HERE,
    ),
)
"""What speaks against whatever is advised; all that hold are said."""
