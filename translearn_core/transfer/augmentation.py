"""Altered copies of texts: some words left out, some swapped, some with a neighbour put beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from translearn_core.backbones import Backbone
from translearn_core.config import AugmentConfig
from translearn_core.transfer.vocabulary import nearest_words
from translearn_core.transfer.word_split import join_words, split_words, strip_affixes

Near = Mapping[str, tuple[str, ...]]
"""What may be put beside a unit."""
LEAST_LETTERS = 4
"""Shorter words of alphabets are mostly grammar, with no word alike: nothing is put beside them."""


@dataclass(frozen=True)
class AugmentedText:
    """An altered text, and how many words were left out, changed places with another, and were added."""

    text: str
    deleted: int
    swapped: int
    inserted: int


def augment(texts: Sequence[str], config: AugmentConfig, backbone: Backbone) -> list[str]:
    """Return `config.copies` altered versions of every text, those of the first text first.

    They depend on the text and the seed alone. Words are what stands between spaces; in scripts without
    spaces, characters. What is added is one of the nearest words in the backbone's vocabulary, beside words
    that are not very short; a backbone with fresh weights knows none. A text without any word stays as it is.

    References
    ----------
    EDA: Wei & Zou 2019, arXiv:1901.11196; there neighbours come from WordNet.
    """
    return [copy.text for copy in eda_copies(texts, config, backbone)]


def eda_copies(texts: Sequence[str], config: AugmentConfig, backbone: Backbone) -> list[AugmentedText]:
    """Return what `altered` does, with what was done to each."""
    split = [split_words(text) for text in texts]
    near: dict[str, tuple[str, ...]] = {}
    if config.copies and config.insert and not backbone.config.random_init:
        cores = {unit: strip_affixes(unit) for parts in split for unit in parts}
        found = nearest_words({word for word in cores.values() if is_content_word(word)}, backbone)
        near = {unit: found[word] for unit, word in cores.items() if word in found}
    return [
        _copy(text, parts, config, near, Random(f"{config.seed}/{number}/{text}"))
        for text, parts in zip(texts, split, strict=True)
        for number in range(config.copies)
    ]


def is_content_word(word: str) -> bool:
    """Whether a word is likely to mean something by itself; scripts without capitals have short words too."""
    return len(word) >= LEAST_LETTERS or word.upper() == word.lower()


def _copy(
    text: str, parts: Sequence[str], config: AugmentConfig, near: Near, random: Random
) -> AugmentedText:
    leave, swap, add = _amounts(parts, config, near, random)
    gone = set(random.sample(range(len(parts)), leave))
    left = [part for place, part in enumerate(parts) if place not in gone]
    swaps = swap if len(left) > 1 else 0
    for _ in range(swaps):
        a, b = random.sample(range(len(left)), 2)
        left[a], left[b] = left[b], left[a]
    able = [place for place, part in enumerate(left) if part in near]
    chosen = random.sample(able, min(add, len(able)))
    for place in sorted(chosen, reverse=True):
        left.insert(place + random.randrange(2), random.choice(near[left[place]]))
    return AugmentedText(join_words(left) if left else text, leave, swaps, len(chosen))


def _amounts(parts: Sequence[str], config: AugmentConfig, near: Near, random: Random) -> tuple[int, int, int]:
    """Return how many words to leave out, to swap and to add: on average their share, at least one in all."""
    several = max(0, len(parts) - 1)
    shares = (config.delete, config.swap, config.insert)
    most = (several, several, sum(part in near for part in parts))
    amounts = [
        min(room, _rounded(share * len(parts), random)) for share, room in zip(shares, most, strict=True)
    ]
    possible = [i for i in range(len(shares)) if shares[i] and most[i]]
    if not any(amounts) and possible:
        amounts[random.choice(possible)] = 1
    leave, swap, add = amounts
    return leave, swap, add


def _rounded(number: float, random: Random) -> int:
    """Return a number rounded up or down, so that it is itself on average."""
    return int(number) + (random.random() < number % 1)
