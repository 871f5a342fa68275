"""Zero-shot page: descriptions, the job they make, and its result."""

from dataclasses import replace

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text

from pages._ui.few_labels.description_form import descriptions
from pages._ui.few_labels.earlier_result import OTHERWISE, changes
from tests.plots.few_label_results import make_zero_shot
from translearn_core.config import DataConfig, ExperimentConfig, ProblemType, TargetConfig
from translearn_core.config.few_labels.zero_shot import DEFAULT_TEMPLATE, ClassDescription
from translearn_core.jobs import ZERO_SHOT, ZeroShotConfig
from translearn_core.results import Estimate

COMPUTE = f"compute-{ZeroShotConfig.kind}"


def asked(filled: Filled) -> list[ZeroShotConfig]:
    """Return the configurations that were submitted."""
    runs = filled.store.runs(filled.owner, ZERO_SHOT)
    return [run.job.config for run in runs if isinstance(run.job.config, ZeroShotConfig)]


def test_names_are_the_first_descriptions(filled: Filled, visit: Open):
    at = visit("zero_shot")
    assert not at.error
    at.button(key=COMPUTE).click().run()
    (config,) = asked(filled)
    assert config.classes.descriptions == ()
    assert config.classes.template == DEFAULT_TEMPLATE
    assert config.data.train_rows is None


def test_another_template_is_another_question(filled: Filled, visit: Open):
    at = visit("zero_shot")
    at.text_input(key="zero_shot.template").set_value("A question on {}").run()
    at.button(key=COMPUTE).click().run()
    assert asked(filled)[0].classes.template == "A question on {}"


def test_a_template_without_a_place_is_said(filled: Filled, visit: Open):
    at = visit("zero_shot")
    at.text_input(key="zero_shot.template").set_value("nothing").run()
    assert "for the class" in at.error[0].value
    assert COMPUTE not in keys(at)


def test_the_result_is_shown_with_tables_figure_and_alarm(filled: Filled, visit: Open):
    at = visit("zero_shot")
    at.button(key=COMPUTE).click().run()
    alarm = "Zero-shot is worse here than always giving the most frequent class."
    filled.answer(asked(filled)[0], replace(make_zero_shot(filled.classes), alarm=alarm))
    at = visit("zero_shot")
    assert "A sentence without labels" in page_text(at)
    assert "worse here than always giving the most frequent class" in at.error[0].value
    assert len(at.get("plotly_chart")) == 1
    assert any("precision" in frame.value for frame in at.dataframe)


def test_a_target_of_numbers_is_not_supported(filled: Filled):
    number = TargetConfig(column="score", problem=ProblemType.REGRESSION)
    experiment = ExperimentConfig(data=DataConfig(dataset="d", text="text", targets=(number,)))
    assert "must be" in ZERO_SHOT.unsupported(experiment)
    assert not ZERO_SHOT.unsupported(filled.run.job.config)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"card_arrival": "card arrival", "b": ""}, ()),
        ({"b": " where is it "}, (ClassDescription(name="b", text="where is it"),)),
    ],
)
def test_only_other_words_than_the_name_are_descriptions(
    words: dict[str, str], expected: tuple[ClassDescription, ...]
):
    assert descriptions("{}", words).descriptions == expected


def test_the_earlier_result_stays_until_the_new_one_is_there(filled: Filled, visit: Open):
    at = visit("zero_shot")
    at.button(key=COMPUTE).click().run()
    first = make_zero_shot(filled.classes)
    filled.answer(
        asked(filled)[0], replace(first, metrics=first.metrics | {"accuracy": Estimate(0.5, 0.4, 0.6)})
    )
    at.run()
    at.text_input(key="zero_shot.template").set_value("A question on {}").run()
    assert "the result of the earlier descriptions; the template changed" in at.info[0].value
    assert "A sentence without labels" in page_text(at)
    at.button(key=COMPUTE).click().run()
    new = next(config for config in asked(filled) if config.classes.template == "A question on {}")
    filled.answer(new, replace(first, metrics=first.metrics | {"accuracy": Estimate(0.625, 0.5, 0.7)}))
    at.run()
    assert not at.info
    assert "Before the template changed, accuracy was 50.0 %; now it is 62.5 %" in page_text(at)


def test_the_classes_with_other_words_are_named():
    before = descriptions(DEFAULT_TEMPLATE, {"a": "one", "b": "two"})
    after = descriptions(DEFAULT_TEMPLATE, {"a": "one", "b": "three"})
    assert changes(before, after, ("a", "b")) == "the words for 'b' changed"
    assert changes(before, before, ("a", "b")) == OTHERWISE


def test_classes_with_the_same_description_are_named():
    def page() -> None:
        from pages._ui.few_labels.description_form import warn_alike

        warn_alike(("praise", "thanks", "blame"), ("a good film", " a good film", "bad"))

    (caption,) = AppTest.from_function(page, default_timeout=30).run().caption
    said = caption.value.replace("\\", "")
    assert "'praise' and 'thanks' have the same description, so only 'praise'" in said
