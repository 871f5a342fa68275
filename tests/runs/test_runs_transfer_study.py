"""The study of a transfer matrix: its sources, and what it leaves out of an experiment."""

from dataclasses import replace

from tests.plots.domain_results import make_transfer
from translearn_core.config import (
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    SelfTrainingConfig,
    expand_grid,
)
from translearn_core.runs.studies.transfer_matrix import transfer_matrix_config, transfer_study

DOMAINS = ("books", "films", "music")
DATA = DataConfig(dataset="d", text="t", label="l", domains=DomainConfig(column="kind"))
EXPERIMENT = ExperimentConfig(data=DATA, freeze=FreezePlan(blocks=(5,)), self_training=SelfTrainingConfig())


def test_its_runs_learn_from_labelled_rows_of_their_source_alone():
    study = transfer_study(EXPERIMENT, make_transfer(DOMAINS), (0,))
    assert study.custom_recipe.self_training is None
    planned = expand_grid(study, {EXPERIMENT.backbone.label: 6})
    assert len(planned) == 7
    assert all(run.config.self_training is None for run in planned)
    assert transfer_matrix_config(EXPERIMENT).data == DATA


def test_all_together_are_the_domains_that_can_be_learned_from():
    whole = make_transfer(DOMAINS)
    assert () in transfer_study(EXPERIMENT, whole, (0,)).sources
    one = transfer_study(EXPERIMENT, replace(whole, sources=("books",)), (0,))
    assert one.sources == (("books",),)
    two = transfer_study(EXPERIMENT, replace(whole, sources=("books", "films")), (0,))
    assert two.sources == (("books",), ("films",), ("books", "films"))
    named = {run.factors["source"] for run in expand_grid(two, {EXPERIMENT.backbone.label: 6})}
    assert named == {"books", "films", "all together"}
