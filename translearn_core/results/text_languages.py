"""Languages of a table's texts, by language identification."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class TextLanguages:
    """Language of every text of a table.

    `languages`, one row per language, the most frequent first: language (ISO 639 code), name, texts, share,
    uncertain (number of its texts whose probability is under 0.8).
    `rows`, one row per text: part, row, language ("" for none), confidence (NaN without a language).
    `least_certain`: part, row, text, language, confidence of the uncertain texts, at most 50.
    `without_letters` is the number of texts without a letter, `others` that of those in languages of too few
    texts, by name; both have no language.
    """

    sentences: tuple[str, ...]
    without_letters: int
    others: dict[str, int]
    languages: pd.DataFrame = field(compare=False)
    rows: pd.DataFrame = field(compare=False)
    least_certain: pd.DataFrame = field(compare=False)

    @property
    def uncertain(self) -> int:
        """Number of texts whose language is a guess."""
        return int(self.languages["uncertain"].sum())
