"""Backbones: choice, download, names, continued pretraining."""
