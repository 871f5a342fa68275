"""Pages with a TF-IDF run or a linear probe, with a draft of their settings, and baselines as models."""

from dataclasses import replace

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, keys, page_text

from pages._ui.diagnostics.baselines import baseline_experiment
from pages._ui.forms.draft import draft_of
from pages._ui.forms.require_task import NO_BACKBONE
from pages._ui.runs.training_monitor import AT_ONCE, WITHOUT_CURVES
from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    LayerCombination,
    RecipeName,
    TrainingConfig,
    job_id,
)
from translearn_core.config.search import probe_experiment, tfidf_experiment
from translearn_core.jobs import (
    FORGETTING,
    LABEL_EFFICIENCY,
    PROBE,
    PROJECTION,
    SIMILARITY,
    SNAPSHOTS,
    BackboneInfoConfig,
    BaselinesConfig,
    DiagnoseConfig,
    JobSpec,
)
from translearn_core.results import Baseline, Baselines, Difference, EpochPoint, Estimate
from translearn_core.results.backbone_info import TFIDF_INFO
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, WORDS
from translearn_core.runs import Run

WORDS_RUN, PROBE_RUN = "words", "probe"


def finished(filled: Filled, config: ExperimentConfig, name: str) -> Run[ExperimentConfig]:
    """Finish a run that was fitted at once."""
    run = filled.store.submit(filled.owner, config, name)
    scores = {"loss": 0.4, "accuracy": 0.8, "macro_f1": 0.8}
    filled.store.add_points(run.job.id, [EpochPoint(1, 1, scores, scores, 0.5, True)])
    summary = replace(filled.summary(FreezePlan()), epochs=1, best_epoch=1)
    drift = [] if config.backbone.is_tfidf else [filled.drift(FreezePlan())]
    return filled.answer(config, filled.evaluation(), summary, *drift, name=name)


@pytest.fixture
def words(filled: Filled) -> Run[ExperimentConfig]:
    config = tfidf_experiment(filled.run.job.config)
    filled.answer(BackboneInfoConfig(backbone=config.backbone), TFIDF_INFO)
    filled.answer(DiagnoseConfig(data=config.data, backbone=config.backbone), filled.diagnosis)
    return finished(filled, config, WORDS_RUN)


@pytest.fixture
def probe(filled: Filled) -> Run[ExperimentConfig]:
    return finished(filled, RECIPES[RecipeName.PROBE].apply(filled.run.job.config, 6), PROBE_RUN)


def says(at: AppTest, spec: JobSpec, run: Run[ExperimentConfig]) -> bool:
    sentence = spec.unsupported(run.job.config)
    return bool(sentence) and sentence in page_text(at)


def test_pages_of_layers_say_that_tfidf_has_none(visit: Open, words: Run[ExperimentConfig]) -> None:
    for page, spec in (("embeddings", PROJECTION), ("probes", PROBE)):
        at = visit(page, run=words.id)
        assert says(at, spec, words)
        assert not at.error
        assert not at.get("plotly_chart")
    for part, spec in (
        ("Label efficiency", LABEL_EFFICIENCY), ("Similarity (CKA)", SIMILARITY), ("Forgetting", FORGETTING),
    ):  # fmt: skip
        at = visit("evidence", run=words.id)
        at.session_state["evidence_part"] = part
        assert says(at.run(), spec, words)
        assert not at.error


@pytest.mark.parametrize("page", ["results", "run"])
def test_there_are_no_curves_and_no_timeline(
    visit: Open, page: str, words: Run[ExperimentConfig], probe: Run[ExperimentConfig]
) -> None:
    for run in (words, probe):
        at = visit(page, run=run.id)
        assert AT_ONCE in page_text(at)
        assert not at.error
        assert "Weight drift" not in page_text(at)
        assert "continue" not in keys(at)
        depth = visit("depth", run=run.id)
        assert "depth_study" not in keys(depth)
        assert "fitted at once" in page_text(depth)


def test_a_probe_is_shown_in_layers_but_nothing_moved(visit: Open, probe: Run[ExperimentConfig]) -> None:
    at = visit("embeddings", run=probe.id)
    assert says(at, SNAPSHOTS, probe)
    assert not says(at, PROJECTION, probe)


def test_compared_runs_are_called_by_what_they_are(
    visit: Open, filled: Filled, words: Run[ExperimentConfig], probe: Run[ExperimentConfig]
) -> None:
    at = visit("compare")
    table = next(frame.value for frame in at.dataframe if "trains" in frame.value)
    assert dict(zip(table["name"], table["trains"], strict=True)) == {
        WORDS_RUN: "TF-IDF", PROBE_RUN: "linear probe", filled.run.name: "blocks 4, 5",
    }  # fmt: skip
    assert WITHOUT_CURVES in page_text(at)


@pytest.mark.parametrize("page", ["backbone", "recipe", "study", "search"])
def test_a_draft_of_tfidf_offers_a_pretrained_backbone(
    visit: Open, page: str, words: Run[ExperimentConfig]
) -> None:
    at = visit(page)
    assert NO_BACKBONE in page_text(at)
    assert not at.error
    at.button(key="replace_tfidf").click().run()
    assert not at.exception
    assert NO_BACKBONE not in page_text(at)
    draft = at.session_state["draft"]
    assert (draft.backbone, draft.head) == (BackboneConfig(), HeadConfig())
    assert draft.training.epochs == TrainingConfig.defaults_for(FreezePlan()).epochs


def test_a_draft_of_tfidf_can_be_trained_again(visit: Open, words: Run[ExperimentConfig]) -> None:
    at = visit("train")
    assert not at.error
    assert not {number.key for number in at.number_input} & {"training.lr", "training.epochs"}
    assert at.session_state["draft"].experiment == words.job.config


def test_a_draft_of_a_probe_has_no_rate_and_becomes_a_training(
    visit: Open, probe: Run[ExperimentConfig]
) -> None:
    at = visit("train")
    assert "training.lr" not in {number.key for number in at.number_input}
    assert at.session_state["draft"].experiment == probe.job.config
    at.selectbox(key="head.kind").set_value(HeadKind.LINEAR).run()
    assert not at.error
    assert at.session_state["draft"].training.epochs == TrainingConfig.defaults_for(FreezePlan()).epochs
    assert "training.lr" in {number.key for number in at.number_input}


def test_a_head_fitted_at_once_gives_way_to_a_backbone_that_trains(filled: Filled) -> None:
    probe = draft_of(RECIPES[RecipeName.PROBE].apply(filled.run.job.config, 6))
    after = replace(probe, freeze=FreezePlan(blocks=(5,))).settled(probe)
    assert after.head == HeadConfig()
    assert HeadKind.PROBE not in after.head_kinds
    mixed = probe.features.model_copy(update={"layer_combination": LayerCombination.MIX})
    assert replace(probe, features=mixed).settled(probe).head == HeadConfig()


def line(name: str, margin: float, layer: int | None = None) -> Baseline:
    score = Estimate(0.7, 0.6, 0.8)
    difference = Difference(margin, margin - 0.05, margin + 0.05, 1)
    return Baseline(name, {"accuracy": score}, difference, "A verdict.", layer=layer)


def test_a_baseline_as_good_as_the_run_is_kept_as_a_model(visit: Open, filled: Filled) -> None:
    lines = (line(MAJORITY, 0.4), line(WORDS, 0.01), line(FROZEN, 0.2, layer=3))
    result = Baselines(filled.evaluation().metrics["test"], 54, lines, "Perhaps.")
    filled.answer(BaselinesConfig(job=filled.run.job.id), result)
    at = visit("results")
    assert {key for key in keys(at) if str(key).startswith("keep_")} == {"keep_TF-IDF"}
    at.button(key="keep_TF-IDF").click().run()
    wanted = tfidf_experiment(filled.run.job.config)
    assert filled.store.run(filled.owner, job_id(wanted)).job.config == wanted


def test_the_model_of_a_frozen_probe_reads_its_layer(filled: Filled) -> None:
    config = filled.run.job.config
    third, last = (baseline_experiment(filled.run, line(FROZEN, 0.0, layer=k)) for k in (3, 6))
    assert third == probe_experiment(config, LayerCombination.ONE, 3)
    assert last == RECIPES[RecipeName.PROBE].apply(config, 6)
    assert baseline_experiment(filled.run, line(MAJORITY, 0.0)) is None
