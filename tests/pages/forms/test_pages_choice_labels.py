"""Labels of choices: those of one type are told apart, and equal values of two types have their own."""

from enum import StrEnum

import pytest

from pages._ui.forms.config_fields import CHOICE_LABELS, choice_label
from translearn_core.config import PairEncoding, TaskOrder


def test_equal_values_of_two_types_have_their_own_labels() -> None:
    assert TaskOrder.JOINT == PairEncoding.JOINT
    assert choice_label(TaskOrder.JOINT) != choice_label(PairEncoding.JOINT)


@pytest.mark.parametrize("kind", list(dict.fromkeys(kind for kind, _ in CHOICE_LABELS)))
def test_choices_of_a_type_have_different_labels(kind: type[StrEnum]) -> None:
    assert len({choice_label(choice) for choice in kind}) == len(kind)
