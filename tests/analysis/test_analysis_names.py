"""What the package offers."""

from translearn_core import analysis


def test_public_names_are_sorted_and_exist():
    assert analysis.__all__ == sorted(analysis.__all__)
    assert all(callable(getattr(analysis, name)) for name in analysis.__all__)
