"""Documents, figures and pseudo-translations: texts of ours change, data and markup do not."""

import numpy as np
import plotly.graph_objects as go
import pytest

from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.lessons.sheets import teacher_sheet, worksheet
from translearn_core.translation import Language, catalog
from translearn_core.translation.figures import translate_figure
from translearn_core.translation.pseudo import pseudo


@pytest.mark.parametrize("id", lesson_ids())
def test_the_sheets_of_a_lesson_are_written_in_a_language(id: str) -> None:
    messages = catalog(Language.CHINESE)
    assert messages is not None
    for make in (worksheet, teacher_sheet):
        english, chinese = make(lesson(id)), make(lesson(id), Language.CHINESE)
        assert '<html lang="zh">' in chinese
        assert f"<h1>{messages.translate(lesson(id).title)}" in chinese
        assert english.count("<h2>") == chinese.count("<h2>")
        for words in ("Because:", "What to expect", "Look at the result"):
            assert words not in chinese


@pytest.mark.parametrize("id", lesson_ids())
def test_every_text_on_a_screen_of_a_lesson_is_translated(id: str) -> None:
    messages = catalog(Language.CHINESE)
    assert messages is not None
    texts = [text for step in lesson(id).steps for text in step.screen]
    assert not [text for text in texts if messages.missing(text)]


def test_a_figure_keeps_its_data_and_its_class_names() -> None:
    messages = catalog(Language.CHINESE)
    assert messages is not None
    figure = go.Figure(
        [
            go.Scatter(x=np.arange(3), y=np.ones(3), name="validation"),
            go.Bar(x=["majority class", "anger", "joy"], y=[1, 2, 3], name="anger"),
        ]
    ).update_layout(xaxis_title_text="epoch", yaxis_title_text="Test accuracy")
    shown = translate_figure(figure, messages)
    assert shown.data[0].name == "验证"
    assert shown.data[1].name == "anger"
    assert list(shown.data[1].x) == ["多数类", "anger", "joy"]
    assert shown.to_dict()["data"][0]["x"] == figure.to_dict()["data"][0]["x"]
    assert (shown.layout.xaxis.title.text, shown.layout.yaxis.title.text) == ("轮", "测试准确率")
    assert figure.data[0].name == "validation"


def test_a_pseudo_translation_is_longer_and_keeps_placeholders_and_markup() -> None:
    text = "**{count} rows** of [a file](https://example.org/a) :material/info: `code`"
    made = pseudo(text)
    assert len(made) > 1.25 * len(text)
    for kept in ("{count}", "](https://example.org/a)", ":material/info:", "`code`"):
        assert kept in made
    assert "rows" not in made
