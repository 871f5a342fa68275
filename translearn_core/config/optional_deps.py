"""Optional dependencies, detected without importing them."""

from importlib.util import find_spec

ONNX = ("onnx", "onnxruntime", "onnxscript")
"""Packages of the extra 'onnx'."""


VECTORS = ("gensim",)
"""Packages of the extra 'vectors' that train word vectors."""


def missing_onnx_message() -> str | None:
    """Return how to install missing ONNX packages; None if all are installed."""
    missing = [name for name in ONNX if find_spec(name) is None]
    if not missing:
        return None
    return f"An ONNX file needs {' and '.join(missing)}: install the extra, pip install 'translearn[onnx]'."


def missing_vectors_message() -> str | None:
    """Return how to install what trains word vectors; None if it is installed."""
    if all(find_spec(name) for name in VECTORS):
        return None
    return "Training word vectors needs gensim: install the extra, pip install 'translearn[vectors]'."
