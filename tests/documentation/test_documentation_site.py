"""The built documentation site: whole, self-contained, served by the app, in the wheel."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pandas as pd
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages._ui.server import documentation
from tests.conftest import ROOT
from translearn_core import api
from translearn_core.claims.claim_file import claim, claim_ids
from translearn_core.commands.cli import COMMANDS
from translearn_core.config.settings import PREFIX, Settings
from translearn_core.data.sample_datasets import SAMPLES
from translearn_core.lessons.lesson_file import lesson, lesson_ids

pytest.importorskip("sphinx", reason="the documentation is built with the extra 'test'")

SOURCE = ROOT / "assets" / "documentation"
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}
"""Attributes by which a browser loads something, by tag; a canonical link loads nothing."""


class Links(HTMLParser):
    """Links, ids and loaded resources of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids |= {found.get("id") or ""}
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if (address := found.get(LOADED.get(tag, ""))) and found.get("rel") not in ("canonical", "search"):
            self.loaded.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built without a warning."""
    target = tmp_path_factory.mktemp("documentation") / "site"
    code = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); import build; from pathlib import Path; "
    code += f"sys.exit(build.build(Path({str(target)!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    """All pages with their links."""
    return {page: Links(page) for page in site.rglob("*.html")}


def test_every_source_became_a_page(site: Path) -> None:
    for source in SOURCE.rglob("*.md"):
        assert (site / source.relative_to(SOURCE)).with_suffix(".html").is_file()
    assert "&lt;&lt;" not in (site / "recipes" / "part" / "lora.html").read_text(encoding="utf-8")
    assert "LoRA" in (site / "recipes.html").read_text(encoding="utf-8")


def test_registries_are_on_their_pages(site: Path) -> None:
    terms = pd.read_csv(ROOT / "assets" / "glossary.csv", keep_default_na=False)["term"]
    for page, entries in {
        "administrators": [f"{PREFIX}{name.upper()}" for name in Settings.model_fields],
        "api": [f'id="translearn_core.api.{name}"' for name in api.__all__],
        "claims": [claim(id).title for id in claim_ids()],
        "command_line": [f'id="translearn-{name}"' for name in COMMANDS],
        "get_started": [sample.title for sample in SAMPLES],
        "glossary": list(terms),
        "teachers": [lesson(name).title for name in lesson_ids()],
        "tour": ["read_table", "diagnose"],
    }.items():
        html = unescape((site / f"{page}.html").read_text(encoding="utf-8"))
        assert [entry for entry in entries if entry not in html] == [], page


def test_every_internal_link_leads_somewhere(pages: dict[Path, Links]) -> None:
    lost = []
    for page, found in pages.items():
        for link in found.links + found.loaded:
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme:
                continue
            target = (page.parent / unquote(urlsplit(address).path)).resolve() if address else page
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                lost.append((page.name, link))
    assert lost == []


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Links]) -> None:
    assert [link for found in pages.values() for link in found.loaded if "//" in link] == []
    styles = list(site.rglob("*.css"))
    assert styles
    for style in styles:
        text = style.read_text(encoding="utf-8")
        assert re.findall(r"@import[^;]*//|url\(\s*['\"]?(?:https?:)?//[^)]*", text) == []


@pytest.fixture
def served(
    site: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The routes of the app at its base path."""
    monkeypatch.setattr(documentation, "SITE", site)
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": request.param}.get)
    with TestClient(Starlette(routes=documentation.routes())) as client:
        yield client


@pytest.mark.parametrize(("served", "below"), [("", ""), ("lab/one", "/lab/one")], indirect=["served"])
def test_the_app_serves_it_below_its_base_path(served: TestClient, below: str) -> None:
    assert "TransLearn" in served.get(f"{below}/docs").text  # by a redirect
    page = documentation.address("diagnostics", "probe")
    assert page == "docs/diagnostics/representation/probe.html"
    assert "Linear probing" in served.get(f"{below}/{page}").text
    assert served.get(f"{below}/docs/_static/site.css").headers["content-type"].startswith("text/css")
    assert served.get(f"{below}/docs/%2e%2e/%2e%2e/app.py").status_code == 404
    assert served.get(f"{below}/docs/none.html").status_code == 404


def test_addresses_are_those_of_pages(site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(documentation, "SITE", site)
    assert documentation.address() == "docs/index.html"
    assert documentation.address("recipes", "lora") == "docs/recipes/part/lora.html"
    assert documentation.address("recipes", "none") is None
    monkeypatch.setattr(documentation, "SITE", tmp_path / "nothing")
    assert documentation.address() is None
    assert documentation.routes() == []


def test_the_wheel_holds_the_site(site: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="wheels are built with the extra 'test'")
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("translearn_core", "pages", "assets", ".streamlit"):
        ignored = shutil.ignore_patterns("__pycache__", "_site", "screenshots")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in ("app.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(site, tree / "assets" / "documentation" / "_site")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=tree, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    held = "translearn_core/_app/assets/documentation/_site"
    assert {
        f"{held}/{page.relative_to(site).as_posix()}" for page in site.rglob("*") if page.is_file()
    } <= names
