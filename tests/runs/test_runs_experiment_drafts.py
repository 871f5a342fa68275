"""Drafts of the next experiment: one for each owner, kept across stores, in older workspaces too."""

from sqlalchemy import text

from translearn_core.runs import ExperimentDrafts, RunStore


def test_each_owner_has_the_draft_saved_last(store, workspace, database_url):
    drafts = ExperimentDrafts(store)
    assert drafts.load("ann") is None
    for owner, draft in (("ann", "{}"), ("bob", '{"label": "b"}'), ("ann", '{"label": "a"}')):
        drafts.save(owner, draft)
    again = RunStore(workspace, database_url)
    first, second = (ExperimentDrafts(again).load(owner) for owner in ("ann", "bob"))
    assert (first[0], second[0]) == ('{"label": "a"}', '{"label": "b"}')
    assert first[1] >= second[1]
    again.close()


def test_an_older_database_gets_the_table_of_drafts(workspace):
    first = RunStore(workspace)
    with first.writing() as db:
        db.execute(text("DROP TABLE experiment_drafts"))
    first.close()
    again = RunStore(workspace)
    ExperimentDrafts(again).save("ann", "{}")
    assert ExperimentDrafts(again).load("ann")[0] == "{}"
    again.close()
