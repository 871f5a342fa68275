"""Optional extras of the installation, looked for without importing them."""

from importlib.util import find_spec

ONNX = ("onnx", "onnxruntime", "onnxscript")
"""What the extra 'onnx' brings."""


def missing_onnx_message() -> str | None:
    """Return what to do where this installation can write no ONNX file; None where it can."""
    lacking = [name for name in ONNX if find_spec(name) is None]
    if not lacking:
        return None
    return f"An ONNX file needs {' and '.join(lacking)}: install the extra, pip install 'translearn[onnx]'."
