"""The glossary: one source for the page and the README."""

import pandas as pd

from pages._ui.shell.navigation import PAGES
from tests.conftest import ROOT

GLOSSARY = pd.read_csv(ROOT / "assets" / "glossary.csv", keep_default_na=False)


def test_terms_are_sorted_and_lead_to_pages() -> None:
    terms = list(GLOSSARY["term"])
    assert terms == sorted(set(terms), key=str.casefold)
    assert set(GLOSSARY["page"]) <= set(PAGES)


def test_the_readme_has_the_same_glossary() -> None:
    rows = [
        f"| {term} | {meaning} | {page.replace('_', '-').capitalize()} |"
        for term, meaning, page in GLOSSARY.to_numpy()
    ]
    table = "\n".join(["| term | meaning | page |", "|---|---|---|", *rows])
    assert table in (ROOT / "README.md").read_text(encoding="utf-8")
