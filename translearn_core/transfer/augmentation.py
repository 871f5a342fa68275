"""Text augmentation (EDA): deletion and swap of words, insertion of similar words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from translearn_core.backbones import Backbone
from translearn_core.config import AugmentConfig, Cell
from translearn_core.config.text_cells import join_sides, split_sides
from translearn_core.transfer.vocabulary import nearest_words
from translearn_core.transfer.word_split import join_words, split_words, strip_punctuation

Near = Mapping[str, tuple[str, ...]]
"""Words that may be inserted beside a word."""
MIN_LETTERS = 4
"""Shorter words of alphabetic scripts are mostly function words: nothing is inserted beside them."""


@dataclass(frozen=True)
class AugmentedText:
    """An augmented text, and how many words were deleted, swapped and inserted."""

    text: str
    deleted: int
    swapped: int
    inserted: int


def augment(texts: Sequence[Cell], config: AugmentConfig, backbone: Backbone) -> list[Cell]:
    """Return `config.copies` augmented versions of every text or pair, grouped by it.

    They depend on the text and the seed alone; both texts of a pair are altered, each alone. Words are split
    at spaces; in scripts without spaces, into characters. Inserted words are nearest neighbours, by the
    backbone's word embeddings, of words of the text that are not very short; a randomly initialised backbone
    has none. Texts without words stay unchanged.

    References
    ----------
    EDA: Wei & Zou 2019, arXiv:1901.11196; there similar words come from WordNet.
    """
    copies = [copy.text for copy in eda_copies(split_sides(texts), config, backbone)]
    return join_sides(copies, config.copies * len(texts))


def eda_copies(texts: Sequence[str], config: AugmentConfig, backbone: Backbone) -> list[AugmentedText]:
    """Return augmented texts as `augment` does, with the number of edits of each."""
    split = [split_words(text) for text in texts]
    near: dict[str, tuple[str, ...]] = {}
    if config.copies and config.insert and not backbone.config.random_init:
        cores = {unit: strip_punctuation(unit) for parts in split for unit in parts}
        neighbours = nearest_words({word for word in cores.values() if is_content_word(word)}, backbone)
        near = {unit: neighbours[word] for unit, word in cores.items() if word in neighbours}
    return [
        _copy(text, parts, config, near, Random(f"{config.seed}/{number}/{text}"))
        for text, parts in zip(texts, split, strict=True)
        for number in range(config.copies)
    ]


def is_content_word(word: str) -> bool:
    """Whether a word is likely a content word: long enough, or of a script without capitals."""
    return len(word) >= MIN_LETTERS or word.upper() == word.lower()


def _copy(
    text: str, parts: Sequence[str], config: AugmentConfig, near: Near, random: Random
) -> AugmentedText:
    delete, swap, insert = _amounts(parts, config, near, random)
    deleted = set(random.sample(range(len(parts)), delete))
    words = [part for i, part in enumerate(parts) if i not in deleted]
    swaps = swap if len(words) > 1 else 0
    for _ in range(swaps):
        a, b = random.sample(range(len(words)), 2)
        words[a], words[b] = words[b], words[a]
    candidates = [i for i, word in enumerate(words) if word in near]
    chosen = random.sample(candidates, min(insert, len(candidates)))
    for i in sorted(chosen, reverse=True):
        words.insert(i + random.randrange(2), random.choice(near[words[i]]))
    return AugmentedText(join_words(words) if words else text, delete, swaps, len(chosen))


def _amounts(parts: Sequence[str], config: AugmentConfig, near: Near, random: Random) -> tuple[int, int, int]:
    """Return how many words to delete, swap and insert: on average their share, at least one edit in all."""
    all_but_one = max(0, len(parts) - 1)
    shares = (config.delete, config.swap, config.insert)
    limits = (all_but_one, all_but_one, sum(part in near for part in parts))
    amounts = [
        min(limit, _round_randomly(share * len(parts), random))
        for share, limit in zip(shares, limits, strict=True)
    ]
    possible = [i for i in range(len(shares)) if shares[i] and limits[i]]
    if not any(amounts) and possible:
        amounts[random.choice(possible)] = 1
    delete, swap, insert = amounts
    return delete, swap, insert


def _round_randomly(number: float, random: Random) -> int:
    """Round up or down at random so that the expected value is `number`."""
    return int(number) + (random.random() < number % 1)
