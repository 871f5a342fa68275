"""Versions of Python and libraries."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version


def versions(libraries: Sequence[str]) -> dict[str, str]:
    """Return the versions of Python and of those of `libraries` that are installed."""
    installed = {"python": platform.python_version()}
    for library in libraries:
        try:
            installed[library] = version(library)
        except PackageNotFoundError:
            continue
    return installed
