"""Language of each text as a new column, whose values are the domains."""

from collections.abc import Iterable

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.shell import errors, jobs, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core.config import DomainConfig
from translearn_core.data.table_edits import new_column
from translearn_core.jobs.tables import LANGUAGES, LanguagesConfig
from translearn_core.results import Finding
from translearn_core.results.text_languages import TextLanguages
from translearn_core.runs import Dataset

COLUMN = "language"
"""Proposed name of the new column."""
FOUND = "several-languages"
"""Code of the finding on texts of several languages that no column tells apart."""


def panel(
    dataset: Dataset,
    text: str,
    findings: Iterable[Finding],
    columns: tuple[str, ...],
    *,
    shown: bool = False,
) -> None:
    """Offer to identify the languages of texts of several, show them, and add their column.

    Without a finding on several languages that no column tells apart nothing is drawn. `text` is the column
    of texts, `columns` are those that the table has; `shown`: the page shows the finding already.
    """
    found = next((one for one in findings if one.code == FOUND), None)
    if found is None:
        return
    with st.container(border=True, key="languages"):
        diagnostic.heading(LANGUAGES)
        config = LanguagesConfig(dataset=dataset.digest, text=text)
        if jobs.known(config) is None and not shown:
            st.markdown(plain(found.sentence))
        result = diagnostic.result(LANGUAGES, config)
        if result is not None:
            _show(result)
            if len(result.languages) > 1:
                _add(dataset, result, columns)


def _show(result: TextLanguages) -> None:
    """Show the sentences, the languages, and the texts whose language is a guess."""
    for sentence in result.sentences:
        st.markdown(plain(sentence))
    if not result.languages.empty:
        tables.table(result.languages, "languages", key="languages_found", config=tables.fractions("share"))
    if not result.least_certain.empty:
        with st.expander("The least certain", icon=":material/help:"):
            tables.table(
                result.least_certain,
                "least certain languages",
                key="languages_uncertain",
                config={**tables.wide_texts(["text"]), **tables.fractions("confidence")},
            )


def _add(dataset: Dataset, result: TextLanguages, columns: tuple[str, ...]) -> None:
    """Choose the name of the column and add it."""
    free = COLUMN if COLUMN not in columns else f"{COLUMN} of the text"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the column", free, max_chars=100, key="language_column", width=260
        ).strip()
        pressed = st.button(
            "Add a column with the language of each text",
            key="add_languages",
            type="primary",
            icon=":material/translate:",
            disabled=not name,
            help="saves a new version of the data set; your file stays as it came",
        )
    if pressed:
        with errors.show_errors():
            save(dataset, result, name)
            st.rerun()


def save(dataset: Dataset, result: TextLanguages, column: str) -> None:
    """Save a version of the data set with the languages as a column, open it, and make them the domains.

    Edits of the data set that were not saved yet are saved with it.
    """
    store, owner = state.store(), state.owner()
    edit = new_column(column, result.rows[["part", "row"]], result.rows["language"].tolist(), labels=False)
    version = store.add_version(owner, dataset.digest, (*store.draft_edits(owner, dataset.digest), edit))
    store.save_draft_edits(owner, dataset.digest, ())
    state.open_version(version.digest)
    state.change(domains=DomainConfig(column=column))
    state.reset("domain_column", "source_domains", "target_domains")
