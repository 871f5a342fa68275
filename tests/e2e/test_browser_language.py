"""The app in other languages: chosen and kept, every text translated, none cut."""

import re
from collections.abc import Callable, Iterator

import pytest

from pages._ui.server.owner import owner_of
from pages._ui.shell.language import KEY
from pages._ui.shell.navigation import PAGES
from tests.e2e.house import Server, Trained, Visitor, accessible, expect, fits, keyed, second_server, settled
from translearn_core.runs.personal.preferences import Preferences
from translearn_core.translation import Language

pytestmark = pytest.mark.browser

TEXTS = """() => {
  const found = {texts: [], cut: []};
  const walk = document.createTreeWalker(document.querySelector("[data-testid=stApp]"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), element = walk.currentNode.parentElement;
    const streamlits = "style, script, code, pre, [data-testid=stFileUploaderDropzone], "
      + ".st-key-choose_language";
    if (!text || !element.checkVisibility() || element.closest(streamlits)) continue;
    const style = getComputedStyle(element);
    if (style.fontFamily.includes("Material")) continue;
    found.texts.push(text);
    const hidden = element.clientWidth <= 8;  // for screen readers alone
    const around = [element, element.parentElement, element.parentElement.parentElement];  // as in links
    const narrow = around.some(
      one => getComputedStyle(one).overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1);
    if (narrow && !hidden) found.cut.push(text);
  }
  return found;
}"""
"""Visible texts of a page but for Streamlit's own, and those that are cut."""
NAMES = re.compile(
    r"Skip to main content|tickets(\.csv|, head only)|[a-z]+_[a-z]+|intent|(Mac|Mic)ro-F1|k-means"
    r"|all-MiniLM-L6-v2|.*arXiv.*|.*\d{4} ·"
)
"""Texts that are the same in every language: names of data, files, models and people."""
PSEUDO = re.compile(r"[⟦⟧áçéíñöšûýÁÇÉÍÑÖŠÛÝ·]")
"""Signs of pseudo-translated text."""


@pytest.fixture(scope="module")
def other(server: Server) -> Iterator[Server]:
    """A second process on the same workspace: one that has read the catalogs weighs more."""
    with second_server(server) as house:
        yield house


def test_a_person_chooses_chinese_and_meets_it_again(
    other: Server, visit: Callable[..., Visitor], trained: Trained
) -> None:
    tab = visit(trained.token, at=other).open("results", run=trained.run.id)
    settled(tab)
    keyed(tab, "choose_language").get_by_role("radio", name="中文").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("结果")
    settled(tab)
    accessible(tab)
    fits(tab)
    main = tab.get_by_test_id("stMain")
    expect(main).to_contain_text("与基线比较")
    expect(main).to_contain_text("混淆矩阵")
    again = visit(trained.token, at=other).open("data")
    expect(again.get_by_role("heading", level=1)).to_have_text("数据")
    settled(again)
    expect(again.get_by_test_id("stMain")).to_contain_text("tickets.csv")
    keyed(again, "choose_language").get_by_role("radio", name="English").click()
    expect(again.get_by_role("heading", level=1)).to_have_text("Data")


def test_no_text_is_left_untranslated_and_none_is_cut(
    other: Server, visit: Callable[..., Visitor], trained: Trained
) -> None:
    preferences, owner = Preferences(other.store), owner_of(trained.token)
    preferences.set(owner, KEY, Language.PSEUDO)
    visitor = visit(trained.token, at=other)
    raw, cut = {}, {}
    for name in PAGES:
        tab = visitor.open(name, run=trained.run.id)
        settled(tab)
        found = tab.evaluate(TEXTS)
        raw[name] = sorted(set(filter(_is_raw, found["texts"])))
        cut[name] = found["cut"]
        tab.close()
    preferences.set(owner, KEY, Language.ENGLISH)
    assert not {name: texts for name, texts in raw.items() if texts}
    assert not {name: texts for name, texts in cut.items() if texts}


def _is_raw(text: str) -> bool:
    return bool(re.search("[a-z]{3}", text)) and not PSEUDO.search(text) and not NAMES.fullmatch(text)
