"""Expected time of a study: by the finished runs of each arm, unknown until each has one."""

import pytest
from sqlalchemy import update

from tests.runs.test_runs_studies import BLOCKS, config
from translearn_core.runs import State, Studies
from translearn_core.runs.database.schema import jobs
from translearn_core.runs.studies.expected_time import expected_seconds


def test_the_time_of_a_study_is_known_once_each_arm_has_a_finished_run(store):
    study = Studies(store).add("ann", "which way", config(store), BLOCKS)

    def end(job: str, seconds: float) -> None:
        assert store.begin(job, "w")
        assert store.finish(job, State.DONE)
        with store.writing() as db:
            db.execute(update(jobs).where(jobs.c.id == job).values(started=100.0, finished=100.0 + seconds))

    linear, full, *_ = study.jobs
    assert expected_seconds(store, study) is None
    end(linear, 2.0)
    assert expected_seconds(store, study) is None
    end(full, 30.0)
    assert expected_seconds(store, study) == pytest.approx(2 * 2.0 + 2 * 30.0)
    end(study.jobs[2], 4.0)
    assert expected_seconds(store, study) == pytest.approx(2.0 + 4.0 + 2 * 30.0)
