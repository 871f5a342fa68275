"""What the package offers."""

from translearn_core import backbones


def test_the_public_names_are_sorted_and_there():
    assert backbones.__all__ == sorted(backbones.__all__)
    assert all(hasattr(backbones, name) for name in backbones.__all__)
