"""The finished example on Home, the plans of samples, and the page of the freeze-depth curve."""

import pytest
from filled import Filled
from visits import Open, page_text

from pages._ui.runs.examples import OWN_SEED
from translearn_core.data import SAMPLES
from translearn_core.runs import State, Studies, open_store
from translearn_core.runs.examples import DEPTH, RUN, is_example


def test_the_example_opens_at_once_and_says_what_it_is(filled: Filled, visit: Open) -> None:
    before = {run.id for run in filled.store.runs(filled.owner)}
    at = visit("home")
    at.button(key="open_example").click().run()
    assert not at.exception
    assert not at.error
    (run,) = [run for run in filled.store.runs(filled.owner) if run.id not in before]
    assert (run.name, run.state, is_example(run)) == (RUN.name, State.DONE, True)
    assert at.title[0].value == "Results"
    assert at.query_params["run"] == run.id
    assert "computed beforehand" in page_text(at)
    assert at.metric[0].label == "Test accuracy"
    assert not at.get("progress"), "nothing is computed now"
    own = visit("results", run=filled.run.id)
    assert "computed beforehand" not in page_text(own)


def test_the_example_shows_texts_and_layers_without_weights(filled: Filled, visit: Open) -> None:
    visit("home").button(key="open_example").click().run()
    run = next(run for run in filled.store.runs(filled.owner) if is_example(run))
    for page, figures in (("embeddings", 2), ("probes", 1)):
        at = visit(page, run=run.id)
        assert not at.error
        assert len(at.get("plotly_chart")) >= figures, page
        assert not at.get("progress"), page
    assert "weights" in page_text(visit("predict", run=run.id))


def test_train_it_yourself_is_the_same_with_another_seed(filled: Filled, visit: Open) -> None:
    at = visit("home")
    at.button(key="train_example").click().run()
    assert not at.exception
    assert at.title[0].value == "Train"
    sample = next(one for one in SAMPLES if one.key == RUN.sample)
    assert filled.store.datasets(filled.owner)[0].name == sample.file
    draft = at.session_state["draft"]
    assert (draft.freeze.blocks, draft.training.seed) == ((4, 5), OWN_SEED)


def test_a_sample_opens_with_its_plan_and_its_question(filled: Filled, visit: Open) -> None:
    at = visit("home")
    text = page_text(at)
    for sample in SAMPLES:
        assert sample.question in text
        assert sample.question.endswith("?")
    at.button(key="sample-hotel").click().run()
    draft = at.session_state["draft"]
    assert draft.freeze.blocks == (4, 5)
    assert draft.training == draft.default_training


@pytest.mark.skipif(not DEPTH.available, reason="the freeze-depth example is not in this checkout")
def test_the_depth_page_leads_to_a_curve(filled: Filled, visit: Open) -> None:
    at = visit("depth")
    assert "80 runs" in page_text(at)
    at.button(key="open_depth_example").click().run()
    assert not at.exception
    (study,) = Studies(open_store()).all(filled.owner)
    assert at.query_params["study"] == study.id
    assert len(at.get("plotly_chart")) >= 2
    listed = visit("depth")
    listed.button(key=f"open-{study.id}").click().run()
    assert listed.query_params["study"] == study.id
