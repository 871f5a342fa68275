"""Under which terms a backbone came, as far as its own files say."""

import yaml

from translearn_core.backbones.locating import locate
from translearn_core.config import BackboneConfig


def licence_of(backbone: BackboneConfig) -> str | None:
    """Return the licence that the backbone's model card names; None where it names none.

    A card begins with YAML between two lines of three dashes, as on the Hugging Face Hub.
    """
    try:
        text = (locate(backbone, network=False) / "README.md").read_text(encoding="utf-8")
        _, front, _ = text.split("---\n", 2)
        said = yaml.safe_load(front)
    except (OSError, ValueError, yaml.YAMLError):
        return None
    found = said.get("license") if isinstance(said, dict) else None
    return found if isinstance(found, str) else None
