"""Control runs differ from a run only in the initial weights, or in the seed."""

import pytest

from translearn_core.config import (
    AugmentConfig,
    BackboneConfig,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    RecipeName,
    StudyConfig,
    TrainingConfig,
    expand_grid,
    from_scratch_control,
    job_id,
    match_recipe,
    next_seed_run,
)

RUN = ExperimentConfig(
    data=DataConfig(dataset="d", text="t", label="l", train_rows=64, subset_seed=5),
    freeze=FreezePlan.last_n(2, 6),
    features=FeatureConfig(token_limit=48),
    training=TrainingConfig(seed=7, batch_size=16, precision=Precision.FLOAT32),
)


def test_scratch_keeps_data_limit_and_seed_and_trains_everything_from_fresh_weights() -> None:
    control = from_scratch_control(RUN, 6)
    assert control.data == RUN.data
    assert (control.features.token_limit, control.training.seed, control.training.batch_size) == (48, 7, 16)
    assert control.backbone == BackboneConfig(random_init=True, init_seed=7)
    assert control.freeze == FreezePlan.full(6)
    assert match_recipe(control, 6) is RecipeName.SCRATCH


def test_scratch_learns_from_as_many_altered_copies_as_the_run() -> None:
    more = RUN.model_copy(update={"augment": AugmentConfig(copies=2)})
    assert from_scratch_control(more, 6).augment == more.augment
    assert from_scratch_control(RUN, 6).augment.copies == 0


def test_scratch_is_the_run_that_a_study_would_make() -> None:
    plain = RUN.model_copy(
        update={
            "data": DataConfig(dataset="d", text="t", label="l"),
            "features": FeatureConfig(),
            "training": TrainingConfig(seed=2),
        }
    )
    study = StudyConfig(data=plain.data, recipes=(RecipeName.SCRATCH,), seeds=(2,))
    (planned,) = expand_grid(study, {plain.backbone.label: 6})
    assert job_id(from_scratch_control(plain, 6)) == job_id(planned.config)


def test_scratch_of_a_smaller_student_is_as_small_and_has_no_teacher() -> None:
    student = RUN.model_copy(
        update={
            "backbone": BackboneConfig(keep_blocks=3),
            "freeze": FreezePlan.last_n(1, 3),
            "distil": DistilConfig(teacher="t"),
            "resume_from": "earlier",
        }
    )
    control = from_scratch_control(student, 3)
    assert (control.backbone.keep_blocks, control.freeze) == (3, FreezePlan.full(3))
    assert (control.distil, control.resume_from) == (None, None)
    control.check(3)


@pytest.mark.parametrize("backbone", [BackboneConfig(), BackboneConfig(reinit_top_layers=1)])
def test_a_sibling_has_the_next_seed_and_nothing_else(backbone: BackboneConfig) -> None:
    run = RUN.model_copy(update={"backbone": backbone})
    other = next_seed_run(run)
    assert other.training.seed == 8
    assert other.data == run.data
    assert other.backbone.init_seed == (8 if backbone.reinit_top_layers else 0)
    parts = {
        "training": run.training,
        "backbone": other.backbone.model_copy(update={"init_seed": backbone.init_seed}),
    }
    assert other.model_copy(update=parts) == run
    assert next_seed_run(from_scratch_control(RUN, 6)).backbone.init_seed == 8
