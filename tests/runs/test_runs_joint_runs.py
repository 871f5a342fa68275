"""Runs of targets stand after the training of all, under its name."""

from translearn_core.config import DataConfig, ExperimentConfig, TargetConfig, TrainingConfig
from translearn_core.runs import LOCAL, RunStore
from translearn_core.runs.joint_runs import shared_name, target_of, with_targets_together


def test_targets_stand_after_the_training_of_all_in_its_order(store: RunStore) -> None:
    digest = store.add_dataset(LOCAL, "a.csv", {"train": b"text,b,a,c\nx,1,2,3\n"}).digest
    targets = tuple(TargetConfig(column=column) for column in "bac")
    together = ExperimentConfig(data=DataConfig(dataset=digest, text="text", targets=targets))
    other = together.model_copy(update={"training": TrainingConfig(seed=1)})
    for config, name in ((together, "first"), (other, "second")):
        store.submit(LOCAL, config, name)
    job = store.runs(LOCAL)[1].job.id
    store.submit_target_runs(job)
    listed = with_targets_together(store.runs(LOCAL))
    assert [run.name for run in listed] == ["second", "first", "first: b", "first: a", "first: c"]
    assert [target_of(run) for run in listed] == [None, None, "b", "a", "c"]
    assert [shared_name(run) for run in listed] == ["second", *["first"] * 4]
    store.rename(LOCAL, listed[3].id, "mine")
    renamed = with_targets_together(store.runs(LOCAL))[3]
    assert (shared_name(renamed), target_of(renamed)) == ("mine", "a")
    without = with_targets_together(run for run in store.runs(LOCAL) if run.job.id != job)
    assert [target_of(run) for run in without] == ["c", "a", "b", None]
