"""Files people bring: what is found in an odd one is said, a bad one gets one sentence."""

from collections.abc import Callable

import pytest

from tests.e2e.house import Visitor, bring, expect, keyed, sound

pytestmark = pytest.mark.browser

DISHES = ("crème brûlée", "Käsespätzle", "jalapeño soup", "smørrebrød", "piña colada", "Weißwürste")


def test_semicolons_and_windows_1252_are_read_and_said(visit: Callable[..., Visitor]) -> None:
    lines = ["review;verdict"]
    for i in range(60):
        word, verdict = ("“wonderful”", "good") if i % 2 else ("“dreadful”", "bad")
        lines.append(f"Table {i}: the {DISHES[i % 6]} was {word} for 1{i % 10} €;{verdict}")
    tab = visit().open()
    bring(tab, "dishes.csv", "\r\n".join(lines).encode("cp1252"))
    main = tab.get_by_test_id("stMain")
    expect(main).to_contain_text("60 rows, 2 columns")
    expect(keyed(tab, "text_column").get_by_role("combobox")).to_have_value("review")
    expect(keyed(tab, "label_column").get_by_role("combobox")).to_have_value("verdict")
    tab.get_by_text("detected and fixed").first.click()
    expect(main).to_contain_text("Read as Windows-1252")
    expect(main).to_contain_text("semicolon")
    sound(tab)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not a table"),
        ("header.csv", b"text,label\n", "has a header and no rows"),
        (
            "ragged.csv",
            b"text,label\n" + b"a fine film,good\n" * 9 + b"a,b,c,d\n" + b"dull,bad\n" * 9,
            "line 11",
        ),
    ],
)
def test_a_bad_file_gets_one_sentence(
    visit: Callable[..., Visitor], name: str, content: bytes, sentence: str
) -> None:
    tab = visit().open()
    bring(tab, name, content)
    problem = tab.get_by_test_id("stAlertContentError")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text(sentence)
    expect(problem).to_contain_text(":")  # what is wrong: what to do
    expect(tab.get_by_test_id("stException")).to_have_count(0)
    expect(tab.get_by_test_id("stApp")).not_to_contain_text("Traceback")
