"""Names of classes as words, and templates filled with them."""

import pytest

from translearn_core.config.few_labels.zero_shot import DescriptionConfig, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("card_arrival", "card arrival"),
        ("cardArrival", "card arrival"),
        ("rec.sport.baseball", "rec sport baseball"),
        ("__label__", "label"),
        ("NOT_SPAM", "NOT SPAM"),
        ("U.S.", "U.S."),
        ("R&B", "R&B"),
        ("<=50K", "<=50K"),
        ("-1", "-1"),
        ("1_2", "1_2"),
        ("covid-19", "covid-19"),
    ],
)
def test_a_name_is_read_as_words(name: str, words: str) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    "classes", [("-1", "+1", "1"), ("<=50K", ">50K"), ("card_lost", "card.lost", "card lost")]
)
def test_different_classes_have_different_sentences(classes: tuple[str, ...]) -> None:
    assert len(set(DescriptionConfig().sentences(classes))) == len(classes)


def test_own_words_stand_in_place_of_the_name() -> None:
    config = DescriptionConfig.model_validate(
        {"template": "About {}.", "descriptions": [{"name": "a_b", "text": "apples"}]}
    )
    assert config.sentences(("a_b", "top_up")) == ("About apples.", "About top up.")
