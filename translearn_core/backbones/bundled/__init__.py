"""Backbones that come with Python packages, offline."""

from translearn_core.backbones.bundled.packages import bundled_folder, is_installed

__all__ = ["bundled_folder", "is_installed"]
