"""Read options of a file: detected format, likely alternatives, manual choice."""

from collections.abc import Callable, Sequence

import pandas as pd

from pages._ui.shell import errors, language, st, state
from pages._ui.shell.formatting import plain, short
from translearn_core.config import ReadOptions
from translearn_core.data import CODECS, DELIMITERS
from translearn_core.results import FileFormat, LikelyReading, TableProfile
from translearn_core.runs import Dataset

DETECT = "Detect"
ONE_COLUMN = "none: one column"
HEADERS: dict[bool | None, str] = {
    None: DETECT,
    True: "names the columns",
    False: "is data",
}

Then = Callable[[str], None]
"""Callback with the digest of the data set under its new read options."""


def panel(dataset: Dataset, reading: TableProfile | None, then: Then) -> None:
    """Show how a data set's files were read, and offer other read options.

    Parameters
    ----------
    dataset : Dataset
    reading : Reading or None
        None if the files could not be read.
    then : callable
        Called with the digest of the data set under its new read options.
    """
    likely = reading.alternatives if reading else ()
    title = "How the file is read" if likely or reading is None else f"Read as {_summary(reading.formats)}"
    with st.expander(plain(title), icon=":material/tune:", expanded=bool(likely) or reading is None):
        if likely:
            st.markdown("The file can be read in more than one way. Choose the rows that look right.")
            with st.grid(2, min_column_width=320):
                for number, alternative in enumerate(likely):
                    _alternative(dataset, alternative, number, then)
        _form(dataset, reading, then)


def _alternative(dataset: Dataset, alternative: LikelyReading, number: int, then: Then) -> None:
    """Show the first rows under one alternative, with a button to use it."""
    current = alternative.options == state.store().workspace.read_options(dataset.digest)
    with st.container(border=True, height="stretch", key=f"likely-{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{plain(alternative.title)}**"
                + (f" ({alternative.part} file)" if alternative.part != "train" else "")
            )
            if not current and st.button(
                "Read it like this", key=f"read_so-{number}", icon=":material/check:"
            ):
                _read_again(dataset, alternative.options, then)
        names = [
            f"{name}{chr(0x200B) * k}" for k, name in enumerate(alternative.names)
        ]  # column names must differ
        st.dataframe(
            pd.DataFrame(list(alternative.rows), columns=names), hide_index=True, key=f"likely_rows-{number}"
        )


def _form(dataset: Dataset, reading: TableProfile | None, then: Then) -> None:
    """Choose encoding, delimiter, header and sheet."""
    options = state.store().workspace.read_options(dataset.digest)
    forms = reading.formats if reading else ()
    sheets = sorted({sheet for form in forms for sheet in form.sheets})
    encoding, delimiter, sheet = options.encoding, options.delimiter, options.sheet
    with st.form(f"read_options-{dataset.digest}", border=False):
        with st.grid(4, min_column_width=160):
            if not forms or any(form.encoding for form in forms):
                encoding = _encoding(dataset, options)
            if not forms or any(form.delimiter is not None for form in forms):
                delimiter = _delimiter(dataset, options)
            header = st.selectbox(
                "The first row",
                list(HEADERS),
                index=list(HEADERS).index(options.header),
                format_func=HEADERS.__getitem__,
                key=f"read_header-{dataset.digest}",
            )
            if len(sheets) > 1:
                sheet = st.selectbox(
                    "Sheet or file",
                    sheets,
                    format_func=language.AsWritten,
                    index=_index(sheets, forms[0].sheet),
                    key=f"read_sheet-{dataset.digest}",
                )
        if st.form_submit_button("Read the file again", key="read_again", icon=":material/refresh:"):
            with errors.show_errors():
                new_options = ReadOptions(encoding=encoding, delimiter=delimiter, header=header, sheet=sheet)
                _read_again(dataset, new_options, then)


def _encoding(dataset: Dataset, options: ReadOptions) -> str | None:
    chosen = st.selectbox(
        "Encoding",
        [DETECT, *CODECS],
        index=_index([DETECT, *CODECS], options.encoding),
        format_func=lambda codec: CODECS.get(codec, codec),
        key=f"read_encoding-{dataset.digest}",
        accept_new_options=True,
        help="character encoding of the file; try another if letters look wrong",
    )
    return None if chosen == DETECT else chosen


def _delimiter(dataset: Dataset, options: ReadOptions) -> str | None:
    names = {
        DETECT: DETECT,
        **{delimiter: f"{name}  {delimiter.strip()}" for delimiter, name in DELIMITERS.items()},
        "": ONE_COLUMN,
    }
    chosen = st.selectbox(
        "Delimiter",
        list(names),
        index=_index(list(names), options.delimiter),
        format_func=lambda delimiter: names.get(delimiter, delimiter),
        key=f"read_delimiter-{dataset.digest}",
        accept_new_options=True,
        help="the character between the fields of a row",
    )
    return None if chosen == DETECT else chosen


def _read_again(dataset: Dataset, options: ReadOptions, then: Then) -> None:
    then(state.store().read_again(state.owner(), dataset.digest, options).digest)
    st.rerun()


def _summary(formats: Sequence[FileFormat]) -> str:
    """Return a short summary of the first file's format."""
    form = formats[0]
    parts = [CODECS.get(form.encoding, form.encoding)] if form.encoding else [form.kind.value]
    if form.sheet:
        parts.append(f"sheet {short(form.sheet)}")
    if form.delimiter is not None:
        parts.append(DELIMITERS.get(form.delimiter, form.delimiter or "one column"))
    parts.append("names in the first row" if form.header else "no header")
    return ", ".join(parts)


def _index(choices: Sequence[str], value: str | None) -> int:
    return list(choices).index(value) if value in choices else 0
