"""Sources of the documentation: a page for each recipe and diagnostic, and nothing of what is gone."""

import re
import sys

import pytest

from tests.conftest import ROOT
from translearn_core.config import RecipeName
from translearn_core.jobs import SPECS

SOURCE = ROOT / "assets" / "documentation"
sys.path.insert(0, str(SOURCE / "_extensions"))

import registries  # noqa: E402 - a module of the documentation

RECIPES, DIAGNOSTICS = registries.pages_of("recipes"), registries.pages_of("diagnostics")


def test_every_recipe_has_a_page_and_every_page_a_recipe() -> None:
    assert set(RECIPES) == set(RecipeName)


def test_every_diagnostic_has_a_page_and_every_page_a_kind_of_job() -> None:
    needed = {kind for kind, spec in SPECS.items() if registries.is_diagnostic(spec)}
    assert needed - set(DIAGNOSTICS) == set()
    assert set(DIAGNOSTICS) <= set(SPECS)
    assert {"probe", "baselines", "diagnose"} <= needed
    assert "download_size" not in needed


@pytest.mark.parametrize("page", [*RECIPES.values(), *DIAGNOSTICS.values()])
def test_a_page_says_what_it_shows_and_when_it_misleads(page: str) -> None:
    text = (SOURCE / f"{page}.md").read_text(encoding="utf-8")
    headings = ["What it shows", "When it misleads"]
    if page.startswith("diagnostics/"):
        headings += ["Where", "Source"]
    sections = dict(re.findall(r"^## (.+)\n\n((?:(?!## ).*\n)+)", text, flags=re.MULTILINE))
    assert list(sections) == headings
    assert all(len(section.split()) >= 2 for section in sections.values())
    name = page.rpartition("/")[2]
    assert f'<< {"recipe" if page.startswith("recipes/") else "diagnostic"}("{name}") >>' in text


def test_ids_of_arxiv_become_links() -> None:
    assert registries.linked("Hu, arXiv:2106.09685") == (
        "Hu, [arXiv:2106.09685](https://arxiv.org/abs/2106.09685)"
    )


def test_links_of_the_app_lead_to_pages() -> None:
    calls = [
        call
        for file in (ROOT / "pages").rglob("*.py")
        for call in re.findall(r'more_about\("(\w+)", "([\w-]+)"\)', file.read_text(encoding="utf-8"))
    ]
    assert ("diagnostics", "projection") in calls
    assert [name for section, name in calls if name not in {**RECIPES, **DIAGNOSTICS}] == []
