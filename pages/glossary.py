"""Glossary page: terms, what they mean here, and the page that shows them."""

import streamlit as st

from pages._ui.shell import navigation, page_header
from pages._ui.shell.formatting import plain
from translearn_core.glossary import GLOSSARY

page_header.header(
    "glossary", "Terms of the field as TransLearn uses them, each with the page that shows it."
)
search = st.text_input("Search", key="glossary_search", placeholder="a term, or a word of its meaning")
terms = [term for term in GLOSSARY if search.casefold() in f"{term.name} {term.meaning}".casefold()]
if not terms:
    st.caption(f"No term holds {plain(search)}.")
for term in terms:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{term.name}**: {term.meaning}")
        navigation.link(term.page)
