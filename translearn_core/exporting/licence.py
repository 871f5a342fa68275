"""Under which terms a backbone came, as far as its own files say."""

from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.config import BackboneConfig
from translearn_core.documents import parse_yaml, read_text


def licence_of(backbone: BackboneConfig) -> str | None:
    """Return the licence that the backbone's model card names; None where it names none.

    A card begins with YAML between two lines of three dashes, as on the Hugging Face Hub.
    """
    try:
        text = read_text(resolve_backbone(backbone, network=False) / "README.md")
        _, front, _ = text.split("---\n", 2)
        said = parse_yaml(front)
    except (OSError, ValueError):
        return None
    found = said.get("license") if isinstance(said, dict) else None
    return found if isinstance(found, str) else None
