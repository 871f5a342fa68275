"""Files made for people to take away."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportFile:
    """One HTML file in the job's folder: its name there, its size, what it holds and what it lacks."""

    file: str
    bytes: int
    sections: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ExportFile:
    """One zip in the job's folder: its name there, its size, the files in it.

    `onnx_difference` is the largest difference of a probability between the ONNX file and the model on the
    texts it was tried on; None without ONNX.
    """

    file: str
    bytes: int
    files: tuple[str, ...]
    onnx_difference: float | None = None
