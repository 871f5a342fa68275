"""Search page: form, start, progress, outcome, another owner's link."""

import pytest
from filled import Filled
from visits import BOB, Open, page_text

from translearn_core.config import ExperimentConfig, FreezePlan
from translearn_core.config.search import SearchConfig, base_experiment
from translearn_core.jobs import SELECTION
from translearn_core.results import Difference, Estimate, Selection, Workload
from translearn_core.results.selection import CandidateScore
from translearn_core.runs import Search, Searches, State, artifacts

TASK = Workload(64, 20, 20, 10.0, 2)


@pytest.fixture
def searches(filled: Filled) -> Searches:
    return Searches(filled.store)


def started(filled: Filled, searches: Searches) -> Search:
    config = SearchConfig(experiment=base_experiment(ExperimentConfig(data=filled.data)), minutes=5)
    search = searches.add(filled.owner, "find one", config, 6, TASK)
    searches.advance()
    return searches.get(filled.owner, search.id)


def ended(filled: Filled, searches: Searches) -> Search:
    """Finish the first runs, and store a choice among them as a worker would."""
    search = started(filled, searches)
    for job in search.jobs:
        filled.store.begin(job, "TRAIN-0")
        folder = filled.store.workspace.run(job)
        artifacts.save(folder, filled.evaluation())
        artifacts.save(folder, filled.summary(FreezePlan()))
        filled.store.finish(job, State.DONE)
    searches._select(search, searches.results(search))
    search = searches.get(filled.owner, search.id)
    config = filled.store.run(filled.owner, search.selection, SELECTION).job.config
    score, test = Estimate(0.9, 0.85, 0.93), filled.summary(FreezePlan()).test
    listed = tuple(
        CandidateScore(one.name, one.chains[0][-1], 1, score, Estimate(-0.01 * k, -0.03, 0.01 * k), 9.0 - k)
        for k, one in enumerate(config.candidates)
    )
    chosen = Selection(
        "accuracy", listed, listed[1].name, {one.name: test for one in listed[:2]},
        Difference(-0.01, -0.03, 0.01, 1),
    )  # fmt: skip
    filled.store.begin(search.selection, "ASK-0")
    artifacts.save(filled.store.workspace.run(search.selection), chosen)
    filled.store.finish(search.selection, State.DONE)
    searches.advance()
    return searches.get(filled.owner, search.id)


def test_the_form_starts_a_search_on_the_draft(filled: Filled, visit: Open, searches: Searches) -> None:
    at = visit("search")
    at.button(key="start_search").click().run()
    assert not at.exception
    (search,) = searches.all(filled.owner)
    assert at.query_params["search"] == search.id
    assert search.config.experiment.data == filled.data
    assert search.config.minutes == 10


def test_a_running_search_shows_its_candidates_and_can_be_stopped(
    filled: Filled, visit: Open, searches: Searches
) -> None:
    search = started(filled, searches)
    at = visit("search", search=search.id)
    table = at.dataframe[0].value
    assert list(table["candidate"]) == [candidate.name for candidate in search.candidates]
    at.button(key="stop_search").click().run()
    assert searches.get(filled.owner, search.id).state is State.STOPPED
    at.button(key="resume_search").click().run()
    assert searches.get(filled.owner, search.id).state is State.RUNNING


def test_the_outcome_names_the_winner_and_the_cheapest(
    filled: Filled, visit: Open, searches: Searches
) -> None:
    search = ended(filled, searches)
    assert search.state is State.DONE
    at = visit("search", search=search.id)
    assert not at.exception
    labels = [metric.label.replace("\\", "") for metric in at.metric]
    assert [label.partition(":")[0] for label in labels] == ["TF-IDF", "linear probe"]
    assert at.button(key=f"results-{search.jobs[0]}")
    assert list(at.dataframe[0].value["candidate"])[:3].count("TF-IDF") == 1


def test_the_list_opens_a_search_and_its_menu_deletes_it(
    filled: Filled, visit: Open, searches: Searches
) -> None:
    search = started(filled, searches)
    at = visit("search")
    at.button(key=f"open-{search.id}").click().run()
    at.checkbox(key=f"search_sure-{search.id}").check().run()
    at.button(key=f"search_delete-{search.id}").click().run()
    assert searches.all(filled.owner) == []


def test_another_owners_search_is_not_shown(filled: Filled, visit: Open, searches: Searches) -> None:
    search = started(filled, searches)
    at = visit("search", BOB, search=search.id)
    assert at.error
    assert "find one" not in page_text(at)
