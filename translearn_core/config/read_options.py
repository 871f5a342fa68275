"""How a table's file is to be read, where a person says so instead of leaving it to detection."""

from typing import Self

from pydantic import Field, field_validator

from translearn_core.config.base import BaseConfig

ESCAPES = {r"\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
"""Words for delimiters that are hard to type."""

LONGEST_DELIMITER = 5


class ReadOptions(BaseConfig):
    """Encoding, delimiter, header and sheet of a data set's files; None leaves a choice to detection."""

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
    def _unescaped(cls, delimiter: str | None) -> str | None:
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
        """Whether a person chose anything."""
        return self != type(self)()

    def but(self, **choices: object) -> Self:
        """Return these options with other choices, validated."""
        return type(self).model_validate({**self.model_dump(), **choices})


def option_words(options: ReadOptions) -> list[str]:
    """Return the words of a command line that choose these options, as a shell takes them apart."""
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
"""How a delimiter is typed where it is hard to type or a shell would act on it."""
