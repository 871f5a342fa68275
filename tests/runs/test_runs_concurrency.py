"""Concurrent access by three processes, like pages, engine and worker."""

import multiprocessing
from collections import Counter

from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.config.settings import Settings
from translearn_core.jobs import Slot
from translearn_core.runs import RunStore, State, Workspace

JOBS = 40


def _in_three_processes(target, *args):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    processes = [context.Process(target=target, args=(n, answers, *args)) for n in range(3)]
    for process in processes:
        process.start()
    results = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=20)
    assert [p.exitcode for p in processes] == [0, 0, 0]
    answers.close()
    return results


def _configs(digest):
    data = DataConfig(dataset=digest, text="text", label="label")
    return [ExperimentConfig(data=data, training=TrainingConfig(seed=seed)) for seed in range(JOBS)]


def _take_and_end(number, answers, root, url):
    store = RunStore(Workspace(root), url)
    taken, ended, lost = [], 0, 0
    while waiting := store.waiting(Slot.TRAINING):
        for job in waiting:
            if store.begin(job, f"worker{number}"):
                taken.append(job)
                ended += store.finish(job, State.DONE, worker=f"worker{number}")
            else:
                lost += 1
    store.close()
    answers.put((taken, ended, lost))


def test_every_job_is_taken_and_ended_by_exactly_one_of_three_processes(workspace, store, database_url):
    digest = store.add_dataset("ann", "x", {"train": b"text,label\na,1\n"}, Settings()).digest
    runs = [store.submit("ann", config) for config in _configs(digest)]
    results = _in_three_processes(_take_and_end, workspace.root, database_url)
    taken = Counter(job for jobs, _, _ in results for job in jobs)
    assert taken == Counter(run.job.id for run in runs)
    assert sum(ended for _, ended, _ in results) == JOBS
    assert {run.state for run in store.runs("ann")} == {State.DONE}


def _submit_all(number, answers, root, url, digest):
    store = RunStore(Workspace(root), url)
    runs = [store.submit(f"owner{number % 2}", config).id for config in _configs(digest)]
    store.sweep()
    store.close()
    answers.put(runs)


def test_submitting_from_three_processes_at_once_makes_each_job_once_and_a_sweep_takes_none(
    workspace, store, database_url
):
    for owner in ("owner0", "owner1"):
        digest = store.add_dataset(owner, "x", {"train": b"text,label\na,1\n"}, Settings()).digest
    results = _in_three_processes(_submit_all, workspace.root, database_url, digest)
    assert results[0] is not None
    assert len(store.waiting(Slot.TRAINING)) == JOBS
    assert len(store.runs("owner0")) == len(store.runs("owner1")) == JOBS
    assert len({run for runs in results for run in runs}) == 2 * JOBS
