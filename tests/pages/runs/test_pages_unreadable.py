"""Runs and studies of another version: every page opens, and the Runs page deletes them."""

import pytest
from filled import Filled
from visits import Open, page_text

from translearn_core.config import BackboneConfig, FreezePlan, StudyConfig
from translearn_core.runs import UNREADABLE, Studies
from translearn_core.runs.database.schema import jobs, studies


@pytest.fixture
def old(filled: Filled) -> tuple[str, str]:
    """A run and a study with unreadable settings."""
    study_store = Studies(filled.store)
    run = filled.train("an old one", FreezePlan(), seed=5)
    config = StudyConfig(data=filled.data, recipes=("linear",))
    study = study_store.add(filled.owner, "an old study", config, {BackboneConfig().label: 6})
    with filled.store.writing() as db:
        db.execute(jobs.update().where(jobs.c.id == run.job.id).values(config='{"clip": null}'))
        db.execute(studies.update().values(config='{"clip": null}'))
    return run.id, study.id


@pytest.mark.parametrize("page", ["home", "train", "run", "results", "compare", "study"])
def test_pages_open_beside_them(visit: Open, old: tuple[str, str], page: str) -> None:
    at = visit(page)
    assert not at.error
    assert not {"an old one", "an old study"} & {text.value for text in at.text}


def test_the_runs_page_shows_and_deletes_them(visit: Open, filled: Filled, old: tuple[str, str]) -> None:
    at = visit("runs")
    assert UNREADABLE in page_text(at)
    assert {"an old one", "an old study"} <= {text.value for text in at.text}
    for id in old:
        at.button(key=f"delete-{id}").click().run()
        assert not at.exception
        assert not at.error
    assert not {"an old one", "an old study"} & {text.value for text in at.text}
    assert UNREADABLE not in page_text(at)
    assert filled.store.unreadable(filled.owner) == []
    assert Studies(filled.store).unreadable(filled.owner) == []
    assert filled.run.id in {run.id for run in filled.store.runs(filled.owner)}
