"""Glossary page: terms, what they mean here, and the page that shows them."""

import pandas as pd

from pages._ui.shell import navigation, page_header, st
from pages._ui.shell.formatting import plain
from translearn_core.config.settings import app_root

GLOSSARY = app_root() / "assets" / "glossary.csv"

page_header.header(
    "glossary", "Terms of the field as TransLearn uses them, each with the page that shows it."
)
search = st.text_input("Search", key="glossary_search", placeholder="a term, or a word of its meaning")
terms = [
    term
    for term in pd.read_csv(GLOSSARY, keep_default_na=False).itertuples()
    if search.casefold() in f"{term.term} {term.meaning}".casefold()
]
if not terms:
    st.caption(f"No term holds {plain(search)}.")
for term in terms:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{term.term}**: {term.meaning}")
        navigation.link(term.page)
