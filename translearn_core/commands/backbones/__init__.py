"""Commands that make backbones."""
