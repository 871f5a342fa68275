"""Metadata of a backbone's model card: licence and languages."""

from typing import Any

from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.config import BUNDLED, BackboneConfig
from translearn_core.storage.documents import parse_yaml, read_text


def card_metadata(backbone: BackboneConfig) -> dict[str, Any]:
    """Return the YAML front matter of a backbone's ``README.md``; empty if there is none."""
    try:
        text = read_text(resolve_backbone(backbone, network=False) / "README.md")
        _, front_matter, _ = text.split("---\n", 2)
        metadata = parse_yaml(front_matter)
    except (OSError, ValueError):
        return {}
    return metadata if isinstance(metadata, dict) else {}


def licence_of(backbone: BackboneConfig) -> str | None:
    """Return the licence in a backbone's model card, None if it names none."""
    licence = card_metadata(backbone).get("license")
    return licence if isinstance(licence, str) else None


def languages_of(backbone: BackboneConfig) -> tuple[str, ...]:
    """Return the ISO 639-1 codes of the languages in a backbone's model card; empty if it names none."""
    if backbone.id == BUNDLED:
        return ("en",)
    named = card_metadata(backbone).get("language", ())
    codes = (named,) if isinstance(named, str) else named if isinstance(named, list) else ()
    return tuple(code for code in codes if isinstance(code, str) and len(code) == 2)
