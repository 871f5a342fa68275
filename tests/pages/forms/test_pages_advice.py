"""Recipe advice and transferability scores on the pages."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import Open, page_text

from pages._ui.diagnostics import transferability
from pages._ui.forms import advice as panel_of_advice
from pages._ui.forms.draft import draft_of
from translearn_core.config import (
    BUNDLED,
    BackboneConfig,
    ExperimentConfig,
    Family,
    LayerCombination,
    RecipeName,
)
from translearn_core.jobs import ADVICE, TRANSFERABILITY, AdviseConfig, JobSpec, TransferabilityConfig
from translearn_core.results import (
    Advice,
    Estimate,
    Fact,
    Option,
    RankAgreement,
    Reason,
    Transferability,
)
from translearn_core.runs import Run, State

Submitted = Callable[[JobSpec[Any, Any]], list[Run]]


@pytest.fixture
def submitted(filled: Filled) -> Submitted:
    return lambda kind: filled.store.runs(filled.owner, kind)


def table(at: AppTest, column: str) -> pd.DataFrame:
    return next(shown.value for shown in at.dataframe if column in shown.value)


def advised(recipe: str = "linear", **settings: object) -> Advice:
    return Advice(
        recipe,
        dict(settings),
        "Begin with this, which takes about 5 s here.",
        (Fact("Training labels", "54", f"rows {HOSTILE}"),),
        (
            Reason(
                f"54 labels in {HOSTILE}", "Few labels: keep the features.", "Kumar 2022, arXiv:2202.10054"
            ),
        ),
        (Reason("18 validation rows", "Recipes cannot be told apart.", "measured here"),),
        tuple(Option(str(name), 5.0, name is RecipeName.LINEAR, "what to expect") for name in RecipeName),
    )


def test_nothing_is_asked_until_the_button_is_pressed_and_it_can_be_stopped(
    filled: Filled, visit: Open, submitted: Submitted
) -> None:
    at = visit("recipe")
    assert submitted(ADVICE) == []
    at.button(key="advise").click().run()
    (run,) = submitted(ADVICE)
    assert run.state is State.QUEUED
    assert isinstance(run.job.config, AdviseConfig)
    assert (run.job.config.data, run.job.config.seconds) == (filled.data, None)
    at.button(key="stop_advice").click().run()
    assert [run.state for run in submitted(ADVICE)] == [State.STOPPED]
    at.run()
    at.button(key="advise").click().run()
    assert [run.state for run in submitted(ADVICE)] == [State.QUEUED]


def test_advice_is_sentences_with_sources_and_is_taken_with_one_click(
    filled: Filled, visit: Open, experiment: ExperimentConfig, submitted: Submitted
) -> None:
    result = advised("linear", **{"features.layer_combination": "one", "features.layer": 4})
    filled.answer(panel_of_advice.advise_config(experiment, None), result)
    at = visit("recipe")
    text = page_text(at)
    for words in (
        "Begin with this",
        "Few labels: keep the features.",
        "Source: Kumar 2022, arXiv:2202.10054",
    ):
        assert words in text
    assert "Recipes cannot be told apart." in text
    assert "![x](" not in "\n".join(str(part.value) for part in (*at.markdown, *at.caption))
    facts, options = table(at, "value"), table(at, "fits")
    assert facts["value"].tolist() == ["54"]
    assert options["recipe"].tolist() == [str(name) for name in RecipeName]
    at.button(key="take_advice").click().run()
    assert not at.exception
    draft = at.session_state["draft"]
    assert draft.freeze.blocks == ()
    assert (draft.features.layer_combination, draft.features.layer) == (LayerCombination.ONE, 4)
    assert panel_of_advice.TAKEN in page_text(at)
    assert all(button.key != "take_advice" for button in at.button)
    assert at.session_state["family"] is Family.FROZEN
    assert len(submitted(ADVICE)) == 1, "the recipe that is chosen is no part of the question"


def test_another_time_at_hand_is_another_question(
    filled: Filled, visit: Open, experiment: ExperimentConfig, submitted: Submitted
) -> None:
    filled.answer(panel_of_advice.advise_config(experiment, None), advised())
    at = visit("recipe")
    at.selectbox(key="advice_time").set_value("5 minutes").run()
    assert len(submitted(ADVICE)) == 1
    at.button(key="advise").click().run()
    assert sorted(run.job.config.seconds or 0 for run in submitted(ADVICE)) == [0, 300]


def test_what_the_twin_and_the_recipe_change_of_the_backbone_is_not_asked_about(
    experiment: ExperimentConfig,
) -> None:
    twin = BackboneConfig(random_init=True, keep_blocks=3, reinit_top_layers=1)
    changed = experiment.model_copy(update={"backbone": twin})
    assert panel_of_advice.advise_config(changed, 60) == panel_of_advice.advise_config(experiment, 60)


# layers rated


def rated(runs: list[Run]) -> Transferability:
    twin = f"{BUNDLED} (random init)"
    layers = pd.DataFrame(
        [(name, k, -0.6 + 0.01 * k, 0.4, 0.7 + 0.02 * k) for name in (BUNDLED, twin) for k in range(7)],
        columns=["backbone", "layer", "LogME", "H-score", "probe"],
    )
    past = pd.DataFrame(
        [(run.job.id, BUNDLED, "last-k", 0.8, -0.5, 0.4) for run in runs],
        columns=["run", "backbone", "recipe", "accuracy", "LogME", "H-score"],
    )
    none = Estimate(float("nan"), float("nan"), float("nan"))
    agreements = (RankAgreement("LogME", "past runs", 1, none),)
    return Transferability(54, 3, f"Layer 6 of {HOSTILE} suits best.", agreements, layers, past)


def test_layers_are_rated_when_asked_for_with_the_runs_on_these_rows(
    filled: Filled, visit: Open, experiment: ExperimentConfig, submitted: Submitted
) -> None:
    at = visit("backbone")
    assert submitted(TRANSFERABILITY) == []
    at.button(key="compute-transferability").click().run()
    (run,) = submitted(TRANSFERABILITY)
    config = run.job.config
    assert isinstance(config, TransferabilityConfig)
    assert config.runs == (filled.run.job.id,)
    assert [one.label for one in config.backbones] == [BUNDLED]
    assert run.state is State.QUEUED
    at.button(key="stop_rating").click().run()
    assert [run.state for run in submitted(TRANSFERABILITY)] == [State.STOPPED]


def test_the_rating_is_a_figure_with_numbers_and_past_runs_by_name(
    filled: Filled, visit: Open, experiment: ExperimentConfig
) -> None:
    draft = draft_of(experiment)
    config = transferability.transferability_config(draft, filled.data, (BackboneConfig(),), [filled.run])
    filled.answer(config, rated([filled.run]))
    at = visit("backbone")
    assert "Layer 6 of" in page_text(at)
    assert "never on test" in page_text(at)
    assert "![x](" not in "\n".join(str(part.value) for part in at.markdown)
    assert len(table(at, "probe")) == 14
    assert table(at, "accuracy")["run"].tolist() == [filled.run.name]


def test_other_rows_make_no_comparable_run(filled: Filled, visit: Open, submitted: Submitted) -> None:
    other = filled.data.model_copy(update={"rare_class_below": 3})
    filled.answer(
        ExperimentConfig(data=other), filled.evaluation(), filled.summary(ExperimentConfig(data=other).freeze)
    )
    at = visit("backbone")
    at.button(key="compute-transferability").click().run()
    (run,) = submitted(TRANSFERABILITY)
    assert len(run.job.config.runs) == 1
