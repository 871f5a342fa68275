"""Words quoted among the words around them."""

from translearn_core.config.text_cells import words_of


def test_a_word_stands_in_brackets_among_its_neighbours() -> None:
    words = words_of(["it", "came", "out", "better", "than", "I", "even", "imagined", "."])
    assert words[4].in_context(2) == "… out better [than] I even …"
    assert words[0].in_context(2) == "[it] came out …"
    assert words[-1].in_context(20) == "it came out better than I even imagined [.]"
