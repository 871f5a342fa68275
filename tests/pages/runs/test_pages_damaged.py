"""Pages with damaged result files: the rest is shown, results are recomputed, a run can be resumed."""

from pathlib import Path

import pytest
from filled import Filled
from visits import Open

from translearn_core.config import FreezePlan, job_id
from translearn_core.jobs import DiagnoseConfig
from translearn_core.results import Diagnosis, Evaluation, RunSummary
from translearn_core.runs import State, artifacts


def damage(folder: Path, kind: type) -> None:
    path = folder / artifacts.folder_name(kind) / "data.json"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("kind", [RunSummary, Evaluation])
def test_a_run_whose_result_is_damaged_can_be_resumed_and_all_others_are_shown(
    filled: Filled, visit: Open, kind: type
) -> None:
    store, damaged = filled.store, filled.run
    whole = filled.train("whole", FreezePlan.last_n(1, 6))
    damage(store.workspace.run(damaged.job.id), kind)
    listed = visit("runs")
    assert {f"open-{run.id}" for run in (damaged, whole)} <= {button.key for button in listed.button}
    visit("results", run=damaged.id)
    assert store.run(filled.owner, damaged.id).state is State.FAILED
    assert store.run(filled.owner, whole.id).state is State.DONE
    menu = visit("run", run=damaged.id)
    menu.button("resume").click().run()
    assert store.run(filled.owner, damaged.id).state is State.QUEUED


def test_a_damaged_answer_is_asked_for_anew_without_a_word(filled: Filled, visit: Open) -> None:
    run = filled.store.run(filled.owner, job_id(DiagnoseConfig(data=filled.data)))
    damage(filled.store.workspace.run(run.job.id), Diagnosis)
    visit("data")
    assert filled.store.run(filled.owner, run.id).state is State.QUEUED
