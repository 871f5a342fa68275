"""Links to the documentation, where it was built."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages._ui.server import documentation


def page() -> None:
    from pages._ui.shell import documentation_links

    documentation_links.menu_link()
    documentation_links.more_about("recipes", "lora")
    documentation_links.more_about("recipes", "none")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "recipes" / "part").mkdir(parents=True)
    for name in ("index.html", "recipes/part/lora.html"):
        (tmp_path / name).touch()
    monkeypatch.setattr(documentation, "SITE", tmp_path)
    return tmp_path


def test_pages_that_are_there_are_linked(site: Path) -> None:
    at = AppTest.from_function(page).run(timeout=60)
    assert not at.exception
    assert [caption.value for caption in at.caption] == [
        ":material/help: [More about this](docs/recipes/part/lora.html)"
    ]
    (button,) = at.sidebar.get("link_button")
    assert button.proto.url == "docs/index.html"


def test_without_a_site_there_is_no_link() -> None:
    at = AppTest.from_function(page).run(timeout=60)
    assert not at.exception
    assert not at.caption
    assert not at.sidebar.get("link_button")
