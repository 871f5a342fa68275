"""Cells of a column as numbers: decimal and thousands separators, currency and percent signs."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.tasks.normalisation import normalise_text

LARGEST = 1e18
"""Largest absolute value; squares of larger ones leave float32."""

_UNITS = re.compile(r"^([$€£¥₹])|([$€£¥₹%])$")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+|[+-]?\d+,")


@dataclass(frozen=True)
class Numbers:
    """Values of cells, NaN where a cell is no finite number, and the cells written in an unusual notation.

    `decimal_comma` marks cells whose comma was read as the decimal sign, `rewritten` those whose thousands
    separators, currency or percent signs were removed.
    """

    values: NDArray[np.float64]
    decimal_comma: NDArray[np.bool_]
    rewritten: NDArray[np.bool_]


def read_numbers(cells: "pd.Series[str]") -> Numbers:
    """Read cells, none missing, as numbers.

    A comma is the decimal sign if the column has cells such as "3,5" or "1.234,5" and none such as "1,234.5";
    otherwise it groups thousands.
    """
    codes, raw = pd.factorize(cells)
    texts = [str(value) for value in raw]
    stripped = [_strip(text) for text in texts]
    comma = _comma_is_decimal(stripped)
    values = np.array([_value(text, comma) for text in stripped], dtype=np.float64)
    with_comma = np.array([comma and "," in text for text in stripped], dtype=bool) & np.isfinite(values)
    plain = np.array([_PLAIN.fullmatch(text.strip()) is not None for text in texts], dtype=bool)
    rewritten = np.isfinite(values) & ~plain & ~with_comma
    return Numbers(values[codes], with_comma[codes], rewritten[codes])


def _strip(text: str) -> str:
    """Remove blanks, apostrophes between digits, and one currency or percent sign."""
    compact = re.sub(r"(?<=\d)['\u2019](?=\d{3})", "", "".join(normalise_text(text).split()))
    sign, rest = (compact[:1], compact[1:]) if compact[:1] in "+-" else ("", compact)
    return sign + _UNITS.sub("", rest, count=1)


def _comma_is_decimal(texts: list[str]) -> bool:
    commas = [text for text in texts if "," in text]
    grouped = [text for text in commas if _GROUPED.fullmatch(text)]
    decimal = [text for text in commas if _DECIMAL_COMMA.fullmatch(text) and not _GROUPED.fullmatch(text)]
    return bool(decimal) and not any("." in text for text in grouped)


def _value(text: str, comma_is_decimal: bool) -> float:
    if comma_is_decimal and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif not comma_is_decimal and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN.fullmatch(text):
        return float("nan")
    value = float(text)
    return value if abs(value) <= LARGEST else float("nan")
