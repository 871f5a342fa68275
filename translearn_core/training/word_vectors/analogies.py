"""Analogies that trained vectors are tried on (Mikolov et al. 2013, arXiv:1301.3781)."""

from itertools import permutations

from translearn_core.results.training.word_vectors import Analogy
from translearn_core.training.word_vectors.vector_table import VectorTable

PAIRS = {
    "capital": [("paris", "france"), ("berlin", "germany"), ("rome", "italy"), ("madrid", "spain"),
                ("london", "england"), ("tokyo", "japan"), ("moscow", "russia"), ("athens", "greece")],
    "gender": [("man", "woman"), ("king", "queen"), ("he", "she"), ("his", "her"), ("father", "mother"),
               ("brother", "sister"), ("boy", "girl"), ("husband", "wife")],
    "comparative": [("good", "better"), ("bad", "worse"), ("big", "bigger"), ("small", "smaller"),
                    ("fast", "faster"), ("high", "higher"), ("cheap", "cheaper"), ("old", "older")],
    "past": [("go", "went"), ("take", "took"), ("give", "gave"), ("see", "saw"), ("make", "made"),
             ("send", "sent"), ("get", "got"), ("pay", "paid")],
    "plural": [("card", "cards"), ("day", "days"), ("fee", "fees"), ("payment", "payments"),
               ("account", "accounts"), ("film", "films"), ("book", "books"), ("product", "products")],
}  # fmt: skip
"""Pairs of words of one relation."""

MOST = 200
"""Analogies tried at most."""


def solve_analogies(table: VectorTable) -> tuple[Analogy, ...]:
    """Return the analogies whose four words are in the table, each with the word found.

    The word found is nearest, by cosine, to second − first + third, the three left out.
    """
    known = [[pair for pair in pairs if set(pair) <= table.rows.keys()] for pairs in PAIRS.values()]
    asked = [(a, b, c, d) for pairs in known for (a, b), (c, d) in permutations(pairs, 2)][:MOST]
    found = []
    for a, b, c, d in asked:
        goal = table.unit[table.rows[b]] - table.unit[table.rows[a]] + table.unit[table.rows[c]]
        (near,), _ = table.nearest(goal, 1, without=(a, b, c))
        found.append(Analogy(a, b, c, d, near))
    return tuple(found)
