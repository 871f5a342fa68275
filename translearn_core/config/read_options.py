"""User-chosen options of reading a table's file."""

from typing import Self

from pydantic import Field, field_validator

from translearn_core.config.base import BaseConfig

ESCAPES = {r"\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
"""Names of delimiters that are hard to type."""

LONGEST_DELIMITER = 5


class ReadOptions(BaseConfig):
    """Encoding, delimiter, header and sheet of a data set's files; None: detect."""

    encoding: str | None = Field(None, max_length=40, description="encoding of the text, such as cp1250")
    delimiter: str | None = Field(
        None, max_length=20, description=r"what stands between fields, such as ';' or '\t'; '' for one column"
    )
    header: bool | None = Field(None, description="whether the first row names the columns")
    sheet: str | None = Field(
        None, max_length=200, description="sheet of a workbook, or file in an archive; default: the first"
    )

    @field_validator("delimiter")
    @classmethod
    def _unescape(cls, delimiter: str | None) -> str | None:
        if delimiter is None:
            return None
        delimiter = ESCAPES.get(delimiter, delimiter)
        if any(c in delimiter for c in '"\r\n\0') or len(delimiter) > LONGEST_DELIMITER:
            raise ValueError(
                f"at most {LONGEST_DELIMITER} characters, none of them a double quote or a line break"
            )
        return delimiter

    @property
    def given(self) -> bool:
        """Whether any option is set."""
        return self != type(self)()

    def but(self, **choices: object) -> Self:
        """Return a validated copy with other choices."""
        return type(self).model_validate({**self.model_dump(), **choices})


def option_words(options: ReadOptions) -> list[str]:
    """Return the command-line arguments for these options."""
    words: list[str] = []
    if options.encoding is not None:
        words += ["--encoding", options.encoding]
    if options.delimiter is not None:
        words += ["--delimiter", SPELLINGS.get(options.delimiter, options.delimiter)]
    if options.header is not None:
        words += ["--header" if options.header else "--no-header"]
    if options.sheet is not None:
        words += ["--sheet", options.sheet]
    return words


SPELLINGS = {delimiter: word for word, delimiter in ESCAPES.items()}
"""Names by delimiter."""
