"""The glossary: one source for the page and the README."""

from pages._ui.shell.navigation import PAGES
from tests.conftest import ROOT
from translearn_core.glossary import GLOSSARY, as_markdown


def test_terms_are_sorted_and_lead_to_pages() -> None:
    names = [term.name for term in GLOSSARY]
    assert names == sorted(set(names), key=str.casefold)
    assert {term.page for term in GLOSSARY} <= set(PAGES)


def test_the_readme_has_the_same_glossary() -> None:
    assert as_markdown() in (ROOT / "README.md").read_text(encoding="utf-8")
