"""Share links in the browser: made, opened without the owner's cookie, used, listed and revoked."""

import re
import time

import pytest
from filled import HOSTILE, Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, BOB, Open, page_text

from translearn_core.config import BackboneConfig, FreezePlan, StudyConfig, job_id
from translearn_core.config.settings_file import SettingsFile
from translearn_core.jobs import PROJECTION
from translearn_core.runs import ShareLink, ShareLinks, Studies
from translearn_core.runs.personal.share_links import (
    NO_LINK,
    SharedComparison,
    SharedProjection,
    SharedRun,
    SharedSettings,
    SharedStudy,
    Subject,
)


def share(filled: Filled, subject: Subject, name: str = "shown", ends: float | None = None) -> ShareLink:
    return ShareLinks(filled.store).make(filled.owner, subject, name, ends)


def tabs(at: AppTest) -> list[str]:
    return [tab.label for tab in at.tabs]


@pytest.mark.parametrize("page", ["results", "evidence", "run"])
def test_a_run_is_shared_and_revoked_where_it_is_looked_at(visit: Open, filled: Filled, page: str) -> None:
    at = visit(page)
    next(b for b in at.button if b.label == "Make a link").click().run()
    token = next(found[1] for code in at.code if (found := re.search(r"link=([\w-]{43})$", code.value)))
    assert ShareLinks(filled.store).open(token).subject == SharedRun(run=filled.run.id)
    assert "opens until you revoke it" in page_text(at)
    next(b for b in at.button if b.label == "Revoke").click().run()
    assert ShareLinks(filled.store).all(filled.owner) == []


def test_a_visitor_sees_a_shared_run_and_no_action(visit: Open, filled: Filled) -> None:
    at = visit("shared", BOB, link=share(filled, SharedRun(run=filled.run.id)).token)
    assert not at.error
    assert at.title[0].value == "blocks 4 and 5"
    assert "Shared with you, to read" in page_text(at)
    assert {"How was it trained?", "How good is it?"} <= set(tabs(at))
    assert [button.key for button in at.button] == ["use_settings"]
    assert not [*at.selectbox, *at.text_input, *at.checkbox]


@pytest.mark.parametrize(
    "part", ["Data diagnosis", "How was it trained?", "How good is it?", "Linear probing", "2-D projection"]
)
def test_every_part_of_a_shared_run_is_shown(visit: Open, filled: Filled, part: str) -> None:
    at = visit("shared", BOB, link=share(filled, SharedRun(run=filled.run.id)).token)
    at.session_state["shared_part"] = part
    at.run()
    assert not at.error
    assert at.get("plotly_chart")


def test_a_visitor_without_any_cookie_sees_it_too(visit: Open, filled: Filled) -> None:
    at = visit("shared", None, link=share(filled, SharedRun(run=filled.run.id)).token)
    assert at.title[0].value == "blocks 4 and 5"
    assert not at.error


@pytest.mark.parametrize("why", ["unknown", "revoked", "ended", "deleted"])
def test_a_link_that_opens_nothing_says_so_in_the_same_sentence(
    visit: Open, filled: Filled, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share(filled, SharedRun(run=filled.run.id), ends=time.time() + 60)
    match why:
        case "revoked":
            ShareLinks(filled.store).revoke(filled.owner, link.id)
        case "ended":
            now = time.time()
            monkeypatch.setattr("translearn_core.runs.personal.share_links.time.time", lambda: now + 61)
        case "deleted":
            filled.store.delete_run(filled.owner, filled.run.id)
    at = visit("shared", BOB, link="x" * 43 if why == "unknown" else link.token)
    assert [error.value.replace("\\", "") for error in at.error] == [NO_LINK]
    assert not at.title
    assert "blocks 4 and 5" not in page_text(at)


def test_a_comparison_shows_its_runs_alone(visit: Open, filled: Filled) -> None:
    other = filled.train("other", FreezePlan(), seed=5)
    filled.train("secret", FreezePlan(), seed=6)
    link = share(filled, SharedComparison(runs=(filled.run.id, other.id)), "two runs")
    at = visit("shared", BOB, link=link.token)
    frame = at.dataframe[0].value
    assert list(frame["name"]) == ["blocks 4 and 5", "other"]
    assert "secret" not in str(frame)
    assert len(at.get("plotly_chart")) == 3
    at.selectbox(key="settings_of").set_value("2. other").run()
    at.button(key="use_settings").click().run()
    assert at.session_state["draft"].freeze == FreezePlan()


def test_the_settings_of_a_configuration_are_taken_from_a_shared_study(visit: Open, filled: Filled) -> None:
    config = StudyConfig(data=filled.data, recipes=("linear", "full"), seeds=(3, 4))
    study = Studies(filled.store).add(filled.owner, "two ways", config, {BackboneConfig().label: 6})
    at = visit("shared", BOB, link=share(filled, SharedStudy(study=study.id)).token)
    assert not at.error
    _, whole = at.selectbox(key="settings_of").options
    at.selectbox(key="settings_of").set_value(whole).run()
    at.button(key="use_settings").click().run()
    draft = at.session_state["draft"]
    assert (draft.freeze.blocks, draft.training.seed, draft.dataset) == (tuple(range(6)), 3, None)


def test_a_projection_is_shown_with_its_selection(visit: Open, filled: Filled) -> None:
    made = next(run for run in filled.store.runs(filled.owner, PROJECTION) if run.job.config.layer == 6)
    subject = SharedProjection(run=filled.run.id, projection=made.job.config, colour="Label", rows=(1, 4))
    assert job_id(subject.projection) == made.job.id
    at = visit("shared", BOB, link=share(filled, subject).token)
    assert "2 texts" in page_text(at)
    assert at.dataframe[-1].value["text"].str.contains(HOSTILE, regex=False).all()
    assert len(at.dataframe[-1].value) == 2


def test_settings_are_copied_to_the_visitors_own_draft(visit: Open, filled: Filled) -> None:
    config = filled.run.job.config
    at = visit("shared", BOB, link=share(filled, SharedRun(run=filled.run.id)).token)
    at.button(key="use_settings").click().run()
    draft = at.session_state["draft"]
    assert (draft.freeze, draft.training, draft.features) == (config.freeze, config.training, config.features)
    assert (draft.dataset, draft.text, draft.label) == (None, None, None), "the data are not shared"


def test_settings_travel_in_an_address(visit: Open, filled: Filled) -> None:
    code = SettingsFile.of("my recipe", filled.run.job.config).encoded()
    assert len(code) < 1_000
    at = visit("shared", BOB, settings=code)
    assert at.title[0].value == "my recipe"
    at.button(key="use_settings").click().run()
    assert at.session_state["draft"].freeze == filled.run.job.config.freeze
    broken = visit("shared", BOB, settings=code[:-9])
    assert "no settings of TransLearn" in broken.error[0].value


def test_a_configuration_is_shared_as_it_was(visit: Open, filled: Filled) -> None:
    at = visit(
        "shared", BOB, link=share(filled, SharedSettings(experiment=filled.run.job.config), "mine").token
    )
    assert at.title[0].value == "mine"
    assert "without the data" in page_text(at)
    shown = at.dataframe[0].value
    assert {"training epochs", "head kind", "seed"} & set(shown["setting"]) == {
        "training epochs",
        "head kind",
    }
    assert not set(shown["setting"]) & {"text", "label", "split seed", "dataset"}


def test_links_are_listed_with_the_runs(visit: Open, filled: Filled) -> None:
    link = share(filled, SharedRun(run=filled.run.id), "for the talk")
    at = visit("runs", ALICE)
    assert "Share links" in [header.value for header in at.subheader]
    assert "for the talk" in [element.value for element in at.text]
    at.button(key=f"listed-{link.id}-revoke").click().run()
    assert "Share links" not in [header.value for header in at.subheader]
    assert "for the talk" not in [element.value for element in visit("runs", BOB).text]
