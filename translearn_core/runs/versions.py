"""Which versions a thing was made with."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version


def versions(libraries: Sequence[str]) -> dict[str, str]:
    """Return the versions of Python and of those of `libraries` that are installed."""
    found = {"python": platform.python_version()}
    for library in libraries:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found
