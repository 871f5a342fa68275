"""The catalogs have a translation for every message of the source, with the same placeholders and markup."""

import re
from collections import Counter

import pytest

from translearn_core.translation.catalog import MESSAGES, WORDS, _read
from translearn_core.translation.language import Language
from translearn_core.translation.update import extracted

OTHERS = Language.offered()[1:]
MARKS = re.compile(r"(?<!\{)\{[^\W\d]\w*\}(?!\})|%\{\{[^}]*\}\}|:material/\w+:|</?\w+>|\*\*|`")


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_of_the_source_is_translated(language: Language, name: str) -> None:
    source = {str(one.id) for one in extracted(name) if one.id}
    translated = {id for id, text in _read(language, name).items() if text}
    run = "run python -m translearn_core.translation.update"
    assert not sorted(source - translated), f"{run}, then translate these"
    assert not sorted(translated - source), f"{run}: these are gone"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", MESSAGES)
def test_a_translation_has_the_placeholders_and_the_markup_of_its_message(
    language: Language, name: str
) -> None:
    wrong = {
        source: text
        for source, text in _read(language, name).items()
        if text and Counter(MARKS.findall(source)) != Counter(MARKS.findall(text))
    }
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_words_are_no_messages(language: Language) -> None:
    messages = {source for name in MESSAGES for source in _read(language, name)}
    assert not messages & set(_read(language, WORDS))
