"""A trained model as files that run anywhere, without this project."""

from translearn_core.exporting.archive import SCRIPTS, add_script, pack
from translearn_core.exporting.licence import licence_of
from translearn_core.exporting.model_card import Card, write_card
from translearn_core.exporting.onnx_export import write_onnx
from translearn_core.exporting.parity_check import TOLERANCE, furthest, tried
from translearn_core.exporting.weights import in_float32, save_model, save_record

__all__ = [
    "SCRIPTS",
    "TOLERANCE",
    "Card",
    "add_script",
    "furthest",
    "in_float32",
    "licence_of",
    "pack",
    "save_model",
    "save_record",
    "tried",
    "write_card",
    "write_onnx",
]
