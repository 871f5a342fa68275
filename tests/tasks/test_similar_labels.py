"""Classes whose names are nearly equal."""

import pytest

from translearn_core.tasks.classes.similar_labels import find_similar_labels


def proposals(**counts):
    return [(p.value, p.replacement) for p in find_similar_labels(counts)]


@pytest.mark.parametrize(
    "value", ["biling", "billling", "bililng", "bilking", "BILLING", "bil-ling", "billíng"]
)
def test_a_rare_misspelling_is_proposed_for_the_frequent_name(value):
    assert proposals(**{"billing": 60, value: 2, "refund": 40}) == [(value, "billing")]


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("level 1", "level 2"),  # digits name different things
        ("yes", "yet"),  # too short for a typing error
        ("complaint", "complaisance"),
        ("", "billing"),
    ],
)
def test_different_names_are_not_proposed(value, other):
    assert proposals(**{other: 60, value: 2}) == []


def test_two_established_classes_with_similar_names_are_not_proposed():
    assert proposals(inactive=40, active=60) == []
    assert proposals(reactive=3, preactive=60) == [("reactive", "preactive")]


def test_the_most_frequent_similar_name_is_chosen_once():
    assert proposals(refund=50, refunds=3, Refund=2) == [("refunds", "refund"), ("Refund", "refund")]
