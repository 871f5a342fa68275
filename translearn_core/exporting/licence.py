"""Licence of a backbone, from its own model card."""

from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.config import BackboneConfig
from translearn_core.storage.documents import parse_yaml, read_text


def licence_of(backbone: BackboneConfig) -> str | None:
    """Return the licence in the YAML front matter of the backbone's model card, None if there is none."""
    try:
        text = read_text(resolve_backbone(backbone, network=False) / "README.md")
        _, front_matter, _ = text.split("---\n", 2)
        metadata = parse_yaml(front_matter)
    except (OSError, ValueError):
        return None
    licence = metadata.get("license") if isinstance(metadata, dict) else None
    return licence if isinstance(licence, str) else None
