"""English text is found again in its message, and nothing else is changed."""

import time

import pytest

from translearn_core.translation import Catalog

CATALOG = Catalog(
    {
        "Results": "结果",
        "more than chance": "超出偶然",
        "always predicting the majority class": "始终预测多数类",
        "The run {compared}: {chance} (one seed).": "此运行{compared}：{chance}（一个种子）。",
        "is {points} {better} than {other} {span}": "比{other}{better}{points}{span}",
        "{value} points": "{value} 个百分点",
        "(95 %: {low} to {high})": "（95 %：{low} 至 {high}）",
        "Only {count} rows: small differences cannot show.": "只有 {count} 行：看不出小的差异。",
        "Column {name} holds {{{kind}}} in {name}.": "{name} 列：{{{kind}}}。",
        "It takes a minute.": "需要一分钟。",
    },
    {"better": "高", "text": "文本"},
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Results", "结果"),
        ("Only 66 rows: small differences cannot show.", "只有 66 行：看不出小的差异。"),
        (
            "The run is 25.8 points better than always predicting the majority class (95 %: +12.1 to +39.4 "
            "points): more than chance (one seed).",
            "此运行比始终预测多数类高25.8 个百分点（95 %：+12.1 至 +39.4 个百分点）：超出偶然（一个种子）。",
        ),
        ("Column a holds {x} in a.", "a 列：{x}。"),
        (" Results\n\n**It takes a minute.** Results", " 结果\n\n**需要一分钟。** 结果"),
    ],
)
def test_a_text_is_translated_by_the_messages_it_was_formed_from(english: str, chinese: str) -> None:
    assert CATALOG.translate(english) == chinese
    assert CATALOG.missing(english) == 0


@pytest.mark.parametrize(
    "text",
    [
        "result", "my text", "text", "better", "Nothing here is known to the catalog.", "42 %", "",
        "Column a holds {x} in b.", "I have only 3 rows of potatoes: small ones.", "正面",
    ],
)  # fmt: skip
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert CATALOG.translate(text) == text


def test_a_class_name_within_a_message_stays_as_it_is() -> None:
    named = Catalog({"Class {name} is rare: it has {count} rows.": "类别 {name} 很少见：只有 {count} 行。"})
    assert named.translate("Class 'anger' is rare: it has 3 rows.") == "类别 'anger' 很少见：只有 3 行。"


def test_long_texts_of_other_people_are_quick() -> None:
    started = time.process_time()
    CATALOG.translate("A row is better than points (95 %: of it), to be sure: more than chance. " * 200)
    assert time.process_time() - started < 2
