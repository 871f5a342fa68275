"""Learning-rate finder and data augmentation form."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit.runtime.context as browser
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, Open, keys, page_text

from pages._ui.forms import augmentation, config_fields, lr_finder
from pages._ui.server.owner import COOKIE
from translearn_core.config import (
    AugmentConfig,
    ExperimentConfig,
    FreezePlan,
    Schedule,
    Stage,
    TrainingConfig,
)
from translearn_core.jobs import AUGMENTATION_PREVIEW, LR_FINDER, PROFILE, AugmentationPreviewConfig, JobSpec
from translearn_core.results import AugmentationPreview, LrFinderResult
from translearn_core.runs import Run, State

Draw = Callable[[Callable[[], None]], AppTest]


@pytest.fixture
def draw(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> Draw:
    """Run part of a page in Alice's browser."""
    cookies = SimpleNamespace(cookies={COOKIE: ALICE})
    monkeypatch.setattr(browser, "_get_client_context", lambda: cookies)

    def drawn(script: Callable[[], None]) -> AppTest:
        at = AppTest.from_function(script, default_timeout=30).run()
        assert not at.exception, at.exception
        return at

    return drawn


def submitted(filled: Filled, kind: JobSpec[Any, Any]) -> list[Run]:
    return filled.store.runs(filled.owner, kind)


# a learning rate


def rates() -> None:
    import streamlit as st

    from pages._ui.forms import config_fields, lr_finder
    from pages._ui.shell import state

    training = config_fields.edit(state.draft().training, ("epochs", "lr", "head_lr"), "training")
    experiment = state.change(training=training).experiment
    assert experiment is not None
    st.text(f"suggested {lr_finder.panel(experiment)}")


def curve(experiment: ExperimentConfig, **parts: object) -> LrFinderResult:
    values = {
        "setting": "lr",
        "before": experiment.training.lr,
        "rates": (1e-6, 1e-5, 1e-4, 1e-3, 1e-2),
        "losses": (0.7, 0.7, 0.6, 0.3, 0.9),
        "smoothed": (0.7, 0.7, 0.65, 0.4, 0.6),
        "suggestion": 2.5e-4,
        "reason": "The loss falls fastest near 0.0003 and is lowest near 0.001. At 0.01 it runs away.",
    }
    return LrFinderResult(**{**values, **parts})


def test_nothing_is_searched_until_it_is_asked_for(draw: Draw, filled: Filled) -> None:
    at = draw(rates)
    assert submitted(filled, LR_FINDER) == []
    assert at.text[0].value == "suggested None"
    assert not at.get("plotly_chart")
    assert "trial" in page_text(at)
    at.button(key="find_rate").click().run()
    assert [run.state for run in submitted(filled, LR_FINDER)] == [State.QUEUED]
    assert at.get("progress")
    at.button(key="stop_rate_search").click().run()
    assert [run.state for run in submitted(filled, LR_FINDER)] == [State.STOPPED]
    at.run()
    assert "find_rate" in keys(at)
    at.button(key="find_rate").click().run()
    assert [run.state for run in submitted(filled, LR_FINDER)] == [State.QUEUED]


def test_a_suggestion_comes_with_its_curve_and_reason_and_can_be_taken(
    draw: Draw, filled: Filled, experiment: ExperimentConfig
) -> None:
    filled.answer(lr_finder.lr_finder_config(experiment), curve(experiment))
    at = draw(rates)
    assert at.text[0].value == "suggested 0.00025"
    assert "A good rate is 0.00025" in page_text(at)
    assert "to 0.005" in page_text(at)
    assert len(at.get("plotly_chart")) == 1
    at.button(key="take_rate").click().run()
    training = at.session_state["draft"].training
    assert (training.lr, training.head_lr) == (2.5e-4, 5e-3)
    assert at.number_input(key="training.lr").value == 2.5e-4
    assert at.number_input(key="training.head_lr").value == 5e-3
    assert "take_rate" not in keys(at)
    assert "Applied" in page_text(at)
    assert len(at.get("plotly_chart")) == 1, "with the rate taken the curve stays"
    at.number_input(key="training.lr").set_value(1e-4).run()
    assert not at.get("plotly_chart"), "another ratio is another question"
    assert len(submitted(filled, LR_FINDER)) == 1


def test_where_only_the_head_trains_its_rate_is_taken(
    draw: Draw, filled: Filled, experiment: ExperimentConfig
) -> None:
    head_only = experiment.model_copy(update={"freeze": FreezePlan()})
    filled.answer(head_only, filled.evaluation(), filled.summary(head_only.freeze), name="newest")
    filled.answer(lr_finder.lr_finder_config(head_only), curve(head_only, setting="head_lr", before=1e-3))
    at = draw(rates)
    at.button(key="take_rate").click().run()
    training = at.session_state["draft"].training
    assert (training.lr, training.head_lr) == (experiment.training.lr, 2.5e-4)
    assert at.number_input(key="training.head_lr").value == 2.5e-4
    assert "goes along" not in page_text(at)


def test_without_a_fall_there_is_nothing_to_take(
    draw: Draw, filled: Filled, experiment: ExperimentConfig
) -> None:
    stays = "The loss did not clearly fall before it ran away at 0.01, so the rate stays at 5e-05."
    filled.answer(lr_finder.lr_finder_config(experiment), curve(experiment, suggestion=5e-5, reason=stays))
    at = draw(rates)
    assert stays in page_text(at)
    assert "A good rate" not in page_text(at)
    assert keys(at) == set()


def test_how_long_one_trains_is_no_part_of_the_question(experiment: ExperimentConfig) -> None:
    training = experiment.training.model_copy(
        update={"epochs": 9, "schedule": Schedule.COSINE, "patience": 2}
    )
    longer = experiment.model_copy(update={"training": training, "stages": (Stage(freeze=FreezePlan()),)})
    assert lr_finder.lr_finder_config(longer) == lr_finder.lr_finder_config(experiment)
    other = experiment.model_copy(update={"training": TrainingConfig(batch_size=8)})
    assert lr_finder.lr_finder_config(other) != lr_finder.lr_finder_config(experiment)


def test_a_failed_search_says_why(draw: Draw, filled: Filled, experiment: ExperimentConfig) -> None:
    filled.answer(lr_finder.lr_finder_config(experiment), state=State.FAILED)
    at = draw(rates)
    assert "The loss became nan" in page_text(at)
    assert at.text[0].value == "suggested None"


def test_how_long_looking_takes_is_said_where_steps_were_timed(visit: Open, filled: Filled) -> None:
    at = visit("train")
    assert re.search(r"It takes about \d+ m?i?n?s?, often less", page_text(at).replace("*", ""))
    (timed,) = submitted(filled, PROFILE)
    filled.store.delete_run(filled.owner, timed.id)
    at.run()
    assert "LR range test" in page_text(at)
    assert "often less" not in page_text(at)


# altered copies


def copies() -> None:
    import streamlit as st

    from pages._ui.forms import augmentation
    from pages._ui.shell import state

    augment = augmentation.panel(state.draft())
    state.change(augment=augment)
    st.text(augment.model_dump_json())


def test_copies_are_off_and_say_what_they_come_to(draw: Draw, filled: Filled) -> None:
    at = draw(copies)
    assert "Off: the model learns from your texts as they are." in page_text(at)
    at.number_input(key="augment.copies").set_value(2).run()
    train = int(filled.diagnosis.counts["train"].sum())
    expected = f"2 copies each of {train} training texts: {2 * train} more rows, only for training."
    assert expected in page_text(at)
    assert at.session_state["draft"].augment == AugmentConfig(copies=2)


@pytest.mark.parametrize(
    ("number", "rows", "words"),
    [
        (0, 10, "Off: the model learns from your texts as they are."),
        (1, 10, "1 copy each of 10 training texts: 10 more rows, only for training."),
        (2, 4844, "2 copies each of 4,844 training texts: 9,688 more rows, only for training."),
        (3, None, "3 copies of every training text, only for training."),
    ],
)
def test_the_amount_in_words(number: int, rows: int | None, words: str) -> None:
    assert augmentation.extra_rows_note(AugmentConfig(copies=number), rows) == words


def test_copies_that_alter_nothing_are_refused_in_a_sentence(draw: Draw, filled: Filled) -> None:
    at = draw(copies)
    for name in ("delete", "swap", "insert"):
        at.number_input(key=f"augment.{name}").set_value(0.0)
    at.number_input(key="augment.copies").set_value(1).run()
    assert "would only repeat the texts" in page_text(at)
    assert at.session_state["draft"].augment == AugmentConfig()


def test_examples_are_made_when_asked_for_and_shown_as_they_are(draw: Draw, filled: Filled) -> None:
    at = draw(copies)
    assert submitted(filled, AUGMENTATION_PREVIEW) == []
    at.button(key="preview_augmentation").click().run()
    (run,) = submitted(filled, AUGMENTATION_PREVIEW)
    config = run.job.config
    assert isinstance(config, AugmentationPreviewConfig)
    assert (config.data, config.augment.copies) == (filled.data, 1)
    original = (f"a long film {HOSTILE}", "a good film")
    filled.answer(
        config, AugmentationPreview(original, ("a film long", "a good movie film"), (1, 0), (1, 0), (0, 1))
    )
    at.run()
    table = at.dataframe[0].value
    assert table["original"].tolist() == list(original)
    assert table["altered"].tolist() == ["a film long", "a good movie film"]
    assert "![x](" not in page_text(at)
    at.number_input(key="augment.copies").set_value(4).run()
    assert len(at.dataframe) == 1, "the number of copies is no other question"
    at.number_input(key="augment.delete").set_value(0.3).run()
    assert not at.dataframe
    assert len(submitted(filled, AUGMENTATION_PREVIEW)) == 1


def test_fresh_weights_are_said_to_add_no_words(
    draw: Draw, filled: Filled, experiment: ExperimentConfig
) -> None:
    twin = experiment.backbone.model_copy(update={"random_init": True})
    filled.answer(experiment.model_copy(update={"backbone": twin}), name="twin")
    assert augmentation.FRESH in page_text(draw(copies))


def test_every_setting_has_a_name_and_explains_itself() -> None:
    for name in augmentation.FIELDS:
        assert name in config_fields.LABELS
        assert AugmentConfig.model_fields[name].description
