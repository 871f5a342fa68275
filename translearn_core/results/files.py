"""Files to download: reports and exports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportFile:
    """HTML report in the job's folder: name, size, sections, and sections that are missing."""

    file: str
    bytes: int
    sections: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ExportFile:
    """Zip archive in the job's folder: name, size, and the files in it.

    `onnx_difference` is the largest difference of a probability between the ONNX file and the model on test
    texts; None without ONNX.
    """

    file: str
    bytes: int
    files: tuple[str, ...]
    onnx_difference: float | None = None
