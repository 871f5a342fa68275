"""Export of a trained model as files that run without this project."""

from translearn_core.exporting.archive import SCRIPTS, add_script, pack
from translearn_core.exporting.model_card import Card, licence_of, write_card
from translearn_core.exporting.onnx_export import write_onnx
from translearn_core.exporting.parity_check import TOLERANCE, max_abs_difference, predict_sample
from translearn_core.exporting.weights import in_float32, save_model, save_record

__all__ = [
    "SCRIPTS",
    "TOLERANCE",
    "Card",
    "add_script",
    "in_float32",
    "licence_of",
    "max_abs_difference",
    "pack",
    "predict_sample",
    "save_model",
    "save_record",
    "write_card",
    "write_onnx",
]
