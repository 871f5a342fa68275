"""Label efficiency panel: untrained baselines, training, stopping, growing, sentences."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit.runtime.context as browser
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, keys, page_text

from pages._ui.diagnostics.label_efficiency_setup import diagnose_config
from pages._ui.server.owner import COOKIE
from pages._ui.shell.formatting import plain
from translearn_core.config import ExperimentConfig, FreezePlan, TrainingConfig
from translearn_core.jobs import LABEL_EFFICIENCY, PROFILE, LabelEfficiencyConfig
from translearn_core.results import LabelEfficiency
from translearn_core.runs import Run, State, Studies, Study, artifacts
from translearn_core.runs.studies.label_efficiency import label_efficiency_config, suggested_sizes

Look = Callable[..., AppTest]


def evidence(run: str) -> None:
    """Draw the label efficiency panel with all pages registered, so that links work."""
    import streamlit as st

    from pages._ui.diagnostics import label_efficiency
    from pages._ui.shell import navigation, state

    st.navigation(navigation.menu(), position="hidden")
    label_efficiency.panel(state.store().run(state.owner(), run))


@pytest.fixture
def look(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Look at the curve of a run as Alice."""

    def opened(run: Run = filled.run) -> AppTest:
        monkeypatch.setattr(browser, "_get_client_context", lambda: SimpleNamespace(cookies={COOKIE: ALICE}))
        at = AppTest.from_function(evidence, args=(run.id,), default_timeout=60)
        at.run()
        assert not at.exception, at.exception
        return at

    return opened


def rows(filled: Filled) -> int:
    return int(filled.diagnosis.counts["train"].sum())


def base(filled: Filled, *, balanced: bool = False) -> LabelEfficiencyConfig:
    """Return the config of the curve without trained lines."""
    counts = filled.diagnosis.counts["train"].tolist()
    config = filled.run.job.config
    assert isinstance(config, ExperimentConfig)
    sizes = suggested_sizes(rows(filled), counts if balanced else ())
    return label_efficiency_config(config, sizes, (0, 1, 2), balanced=balanced)


def result_of(config: LabelEfficiencyConfig, sentence: str) -> LabelEfficiency:
    names = ("TF-IDF", "frozen probe", *dict.fromkeys(cell.name for cell in config.arms))
    mean = np.full((len(names), len(config.sizes)), 0.7)
    scores = np.repeat(mean[:, :, None], len(config.seeds), axis=2)
    layers = np.zeros(scores.shape[1:], dtype=np.int64)
    return LabelEfficiency(
        names, config.sizes, config.seeds, config.reference_size, 14, 18, "accuracy",
        "majority-class baseline", 0.34, (sentence, "Second."), scores, mean, mean - 0.1, mean + 0.1, layers,
        np.full(layers.shape, 0.1),
    )  # fmt: skip


def answer(filled: Filled, config: LabelEfficiencyConfig, sentence: str = "First sentence.") -> None:
    filled.answer(config, result_of(config, sentence))


def submitted(filled: Filled) -> list[LabelEfficiencyConfig]:
    """Return the submitted curve configs, newest first."""
    return [run.job.config for run in filled.store.runs(filled.owner, LABEL_EFFICIENCY)]


def study_of(filled: Filled) -> Study:
    (study,) = Studies(filled.store).all(filled.owner)
    return study


def train(filled: Filled, jobs: tuple[str, ...]) -> None:
    for job in jobs:
        filled.store.begin(job, "TRAIN-0")
        folder = filled.store.workspace.run(job)
        artifacts.save(folder, filled.evaluation())
        artifacts.save(folder, filled.summary(FreezePlan()))
        filled.store.finish(job, State.DONE)


# without training


def test_nothing_is_computed_before_the_button(look: Look, filled: Filled) -> None:
    at = look()
    assert "trains no backbone" in page_text(at)
    assert "Here that takes about" in page_text(at)
    assert submitted(filled) == []
    at.button(key="compute-label_efficiency").click().run()
    assert submitted(filled) == [base(filled)]
    assert filled.store.waiting("TRAIN") == [], "nothing is trained"
    assert at.get("progress")


def test_what_was_asked_before_is_there_at_once(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    at = look()
    assert "measure_label_efficiency" not in keys(at)
    assert len(at.get("plotly_chart")) == 1
    assert "**First sentence.**" in page_text(at)
    assert "- Second." in page_text(at)
    assert "18 test texts, 14 validation texts" in page_text(at)
    assert submitted(filled) == [base(filled)], "looking asks nothing again"


def test_another_number_of_labels_is_another_sentence_and_no_training(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    answer(filled, base(filled).model_copy(update={"reference_size": 8}), "About eight.")
    at = look()
    at.select_slider(key=f"curve_at-{filled.run.id}").set_value(8).run()
    assert "**About eight.**" in page_text(at)
    assert filled.store.waiting("TRAIN") == []


def test_per_class_the_sizes_are_equal_shares(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    at = look()
    at.segmented_control(key=f"curve_counted-{filled.run.id}").set_value("for each class").run()
    newest = submitted(filled)[0]
    assert newest.data.balanced_subset
    assert newest == base(filled, balanced=True)
    assert all(size % 3 == 0 for size in newest.sizes[:-1])


def test_a_row_with_several_labels_counts_once(look: Look, filled: Filled) -> None:
    config = filled.run.job.config
    assert isinstance(config, ExperimentConfig)
    filled.answer(diagnose_config(config), replace(filled.diagnosis, split_rows=(50, 14, 18)))
    at = look()
    at.button(key="compute-label_efficiency").click().run()
    assert submitted(filled)[0].sizes[-1] == 50


def test_a_sentence_from_outside_never_reaches_markdown(look: Look, filled: Filled) -> None:
    answer(filled, base(filled), HOSTILE)
    at = look()
    shown = "\n".join(str(m.value) for m in [*at.markdown, *at.caption])
    assert plain(HOSTILE) in shown
    assert "![x](" not in shown
    assert "<img" not in shown.replace("\\<img", "")


# with training


def test_the_cost_is_said_before_and_the_runs_are_one_study(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    at = look()
    sizes = len(base(filled).sizes)
    assert f"{2 * 3 * sizes} runs" in page_text(at)
    assert "About " in page_text(at)
    assert "60 steps" in page_text(at)
    at.multiselect(key=f"label_efficiency_sizes-{filled.run.id}-False").set_value([8, 16]).run()
    assert "12 runs" in page_text(at)
    at.button(key="train_curve").click().run()
    study = study_of(filled)
    assert (study.config.sizes, study.config.seeds, study.config.resample) == ((8, 16), (0, 1, 2), True)
    assert len(filled.store.waiting("TRAIN")) == len(study.jobs) == 12
    assert "train_curve" not in keys(at)
    assert "stop_study" in keys(at)


def test_without_timed_steps_the_run_itself_says_how_long_it_takes(look: Look, filled: Filled) -> None:
    config = ExperimentConfig(
        data=filled.data, freeze=FreezePlan.last_n(2, 6), training=TrainingConfig(batch_size=4)
    )
    results = (filled.evaluation(), filled.summary(FreezePlan.last_n(2, 6)))
    run = filled.answer(config, *results, name="small batches")
    answer(filled, base(filled))
    at = look(run)
    assert "one after another" in page_text(at)
    assert filled.store.runs(filled.owner, PROFILE)[0].job.config.training.batch_size == 32


def test_a_later_visit_finds_it_and_it_stops_and_goes_on(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    look().button(key="train_curve").click().run()
    study = study_of(filled)
    at = look()
    assert "train_curve" not in keys(at)
    at.button(key="stop_study").click().run()
    assert Studies(filled.store).progress(filled.owner, study.jobs).state is State.STOPPED
    at.button(key="resume_study").click().run()
    assert Studies(filled.store).progress(filled.owner, study.jobs).state is State.QUEUED


def test_the_curve_grows_as_runs_end_and_keeps_what_it_has_meanwhile(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    look().button(key="train_curve").click().run()
    study = study_of(filled)
    train(filled, study.jobs[:3])
    at = look()
    grown = submitted(filled)[0]
    assert sum(len(cell.jobs) for cell in grown.arms) == 3
    assert "**First sentence.**" in page_text(at), "the answer is still awaited"
    train(filled, study.jobs[3:5])
    at.run()
    assert submitted(filled)[0] == grown, "one question at a time"
    answer(filled, grown, "Three runs.")
    at.run()
    assert "**Three runs.**" in page_text(at)
    assert sum(len(cell.jobs) for cell in submitted(filled)[0].arms) == 5


def test_a_finished_curve_is_asked_whole(look: Look, filled: Filled) -> None:
    answer(filled, base(filled))
    look().button(key="train_curve").click().run()
    study = study_of(filled)
    train(filled, study.jobs)
    look()
    whole = submitted(filled)[0]
    assert {job for cell in whole.arms for job in cell.jobs} == set(study.jobs)
    answer(filled, whole, "All of it.")
    at = look()
    assert "**All of it.**" in page_text(at)
    assert "from scratch" in set(next(f.value for f in at.dataframe if "method" in f.value)["method"])
