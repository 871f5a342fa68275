"""Nested stratified subsets of rows."""

import numpy as np
from numpy.typing import NDArray


def nested_order(strata: NDArray[np.int64], *, seed: int, balanced: bool = False) -> NDArray[np.int64]:
    """Order the indices of `strata` so that every prefix is a stratified subset.

    Each stratum is shuffled by `seed` and spread evenly; the first rows of all strata come first. `balanced`:
    every prefix holds the strata in equal numbers, as long as they have rows.
    """
    rng = np.random.default_rng(seed)
    position = np.empty(len(strata), dtype=np.float64)
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        position[members] = (np.arange(len(members)) + 0.5) / (len(strata) if balanced else len(members))
        position[members[0]] = 0.0
    return np.lexsort((rng.random(len(strata)), position))


def whole_sentences(order: NDArray[np.int64], sentence: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return `order` with the words of a sentence after each other, sentences by their first word in it.

    Parameters
    ----------
    order : int array, shape (n,)
        Indices of words.
    sentence : int array, shape (words,)
        Number of each word's sentence.
    """
    first: dict[int, int] = {}
    for place, number in enumerate(sentence[order].tolist()):
        first.setdefault(number, place)
    places = np.array([first[number] for number in sentence[order].tolist()], dtype=np.int64)
    return order[np.lexsort((order, places))]
