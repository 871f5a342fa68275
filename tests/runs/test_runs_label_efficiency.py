"""Label-efficiency studies: their runs, and the job that evaluates the finished ones."""

import pytest

from translearn_core.config import (
    AugmentConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    RecipeName,
    Stage,
    TrainingConfig,
    expand_grid,
    job_id,
    recipe,
)
from translearn_core.config.settings import Settings
from translearn_core.results import Estimate, Metrics, RunSummary, Workload
from translearn_core.results.diagnostics.baselines import SCRATCH
from translearn_core.runs import RunStore, State, Studies, Study
from translearn_core.runs.studies.label_efficiency import (
    belongs,
    label_efficiency_arms,
    label_efficiency_config,
    label_efficiency_sizes,
    label_efficiency_study,
    nearest_size,
    scaled_seconds,
    suggested_sizes,
)

MINI = BackboneConfig()
BLOCKS = {MINI.label: 6}
ROWS = 700


@pytest.fixture
def data(store: RunStore) -> DataConfig:
    dataset = store.add_dataset("ann", "x.csv", {"train": b"text,label\ngood,1\nbad,0\n"}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", label="label")


@pytest.fixture
def full(data: DataConfig) -> ExperimentConfig:
    return recipe("full").apply(ExperimentConfig(data=data, training=TrainingConfig(seed=4)), 6)


def made(store: RunStore, run: ExperimentConfig, **parts: object) -> Study:
    parameters = {"rows": ROWS, "sizes": (8, 64, ROWS), "seeds": (4, 5), "balanced": False} | parts
    return Studies(store).add("ann", "curve", label_efficiency_study(run, **parameters), BLOCKS)


def test_sizes_double_from_eight_to_all() -> None:
    assert suggested_sizes(700) == (8, 16, 32, 64, 128, 256, 512, 700)
    assert suggested_sizes(512) == (8, 16, 32, 64, 128, 256, 512)
    assert suggested_sizes(7) == (7,)
    assert suggested_sizes(100, (40, 60)) == (8, 16, 32, 64, 100), "the rarest class has no 64"
    assert suggested_sizes(300, (100, 100, 100)) == (12, 24, 48, 96, 192, 300)


def test_the_closest_size_is_so_by_ratio() -> None:
    assert nearest_size((8, 64, 700)) == 64
    assert nearest_size((12, 48, 96)) == 48
    assert nearest_size((8, 20)) == 20
    assert nearest_size((100, 200), 8) == 100


def test_a_curve_is_the_run_itself_and_the_same_from_scratch(full: ExperimentConfig) -> None:
    study = label_efficiency_study(full, ROWS, (8, 64, ROWS), (4, 5), balanced=False)
    planned = expand_grid(study, BLOCKS)
    assert len(planned) == 2 * 3 * 2
    assert job_id(full) in {job_id(run.config) for run in planned}, "it is not trained again"
    own = [run.config for run in planned if run.factors["recipe"] == "own settings"]
    scratch = [run.config for run in planned if run.factors["recipe"] == "scratch"]
    for run in own:
        seed = run.training.seed
        assert run.data.subset_seed == (seed if run.data.train_rows else None)
        shared_settings = {"data": full.data, "training": full.training.model_copy(update={"seed": seed})}
        longer = run.training.epochs
        assert run == full.model_copy(
            update={
                "data": run.data,
                "training": shared_settings["training"].model_copy(update={"epochs": longer}),
            }
        )
    assert [run.training.epochs for run in own[:3]] == [60, 30, 3]
    assert [run.training.epochs for run in scratch[:3]] == [60, 30, 10]
    assert all(run.backbone.random_init for run in scratch)
    assert {run.backbone.init_seed for run in scratch} == {4, 5}


def test_both_ways_learn_from_the_very_same_rows(full: ExperimentConfig) -> None:
    planned = expand_grid(label_efficiency_study(full, ROWS, (8, 64), (0, 1, 2), balanced=True), BLOCKS)
    rows = {}
    for run in planned:
        data = run.config.data
        assert (data.subset_seed, data.balanced_subset) == (run.seed, True)
        rows.setdefault(run.factors["recipe"], []).append(data)
    assert rows["own settings"] == rows["scratch"]


def test_what_the_settings_leave_to_it_goes_to_scratch_too(full: ExperimentConfig) -> None:
    small = full.training.model_copy(update={"batch_size": 8})
    run = full.model_copy(update={"training": small})
    planned = expand_grid(label_efficiency_study(run, ROWS, (ROWS,), (0,), balanced=False), BLOCKS)
    assert {run.config.training.batch_size for run in planned} == {8}


def test_both_ways_learn_from_altered_copies_where_the_run_does(full: ExperimentConfig) -> None:
    run = full.model_copy(update={"augment": AugmentConfig(copies=2, swap=0.3)})
    planned = expand_grid(label_efficiency_study(run, ROWS, (8, ROWS), (0,), balanced=False), BLOCKS)
    assert {run.factors["recipe"] for run in planned} == {"own settings", "scratch"}
    assert {run.config.augment for run in planned} == {run.augment}


def test_stages_and_plans_of_every_kind_stay_as_they_are(data: DataConfig) -> None:
    odd = ExperimentConfig(
        data=data, freeze=FreezePlan(blocks=(1, 4)), stages=(Stage(freeze=FreezePlan(blocks=(4,)), epochs=9),)
    )
    planned = expand_grid(label_efficiency_study(odd, ROWS, (ROWS,), (0,), balanced=False), BLOCKS)
    assert planned[0].config == odd


def test_a_small_table_gets_enough_steps_with_all_its_rows_too(full: ExperimentConfig) -> None:
    planned = expand_grid(label_efficiency_study(full, 50, (8, 50), (0,), balanced=False), BLOCKS)
    assert [run.config.data.train_rows for run in planned] == [8, 50, 8, 50]
    assert planned[1].config.training.epochs == 30


def test_a_run_from_scratch_has_one_trained_line(data: DataConfig, store: RunStore) -> None:
    run = recipe("scratch").apply(ExperimentConfig(data=data), 6)
    study = made(store, run)
    assert {run.factors["recipe"] for run in expand_grid(study.config, BLOCKS)} == {"own settings"}
    assert {cell.name for cell in label_efficiency_arms(study, study.jobs, ROWS)} == {SCRATCH}
    assert label_efficiency_config(run, (8,), (0,), balanced=False).backbone == MINI


def test_a_run_that_went_on_is_repeated_from_the_start(full: ExperimentConfig) -> None:
    run = full.model_copy(update={"resume_from": "job"})
    assert {
        run.config.resume_from
        for run in expand_grid(label_efficiency_study(run, ROWS, (8,), (0,), balanced=False), BLOCKS)
    } == {None}


def test_a_curve_is_found_again_by_its_run_whatever_the_seed_and_size(
    store: RunStore, full: ExperimentConfig
) -> None:
    study = made(store, full)
    other = full.model_copy(
        update={
            "data": full.data.model_copy(update={"train_rows": 100}),
            "training": full.training.model_copy(update={"seed": 9}),
        }
    )
    assert belongs(study, full, balanced=False)
    assert belongs(study, other, balanced=False)
    assert not belongs(study, full, balanced=True)
    rate = full.model_copy(update={"training": full.training.model_copy(update={"lr": 0.5})})
    assert not belongs(study, rate, balanced=False)
    plain = Studies(store).add(
        "ann", "plain", study.config.model_copy(update={"custom_recipe": None, "resample": False}), BLOCKS
    )
    assert not belongs(plain, full, balanced=False)


def test_cells_are_what_is_done_way_by_way(store: RunStore, full: ExperimentConfig) -> None:
    study = made(store, full)
    assert label_efficiency_sizes(study, ROWS) == (8, 64, ROWS)
    cells = label_efficiency_arms(study, study.jobs, ROWS)
    assert [(cell.name, cell.rows, len(cell.jobs)) for cell in cells] == [
        (name, size, 2) for name in ("recipe full", SCRATCH) for size in (8, 64, ROWS)
    ]
    some = label_efficiency_arms(study, study.jobs[:2], ROWS)
    assert [(cell.name, cell.rows, len(cell.jobs)) for cell in some] == [
        ("recipe full", 8, 1),
        ("recipe full", 64, 1),
    ]
    assert label_efficiency_arms(study, (), ROWS) == ()


def test_a_stopped_curve_goes_on_and_trains_nothing_twice(store: RunStore, full: ExperimentConfig) -> None:
    studies, study = Studies(store), made(store, full)
    first = study.jobs[0]
    assert store.begin(first, "w")
    assert store.finish(first, State.DONE)
    assert studies.stop("ann", study.id) == len(study.jobs) - 1
    assert studies.progress("ann", study.jobs).state is State.STOPPED
    assert studies.resume("ann", study.id) == len(study.jobs) - 1
    standing = studies.progress("ann", study.jobs)
    assert (standing.done, len(standing.waiting)) == ((first,), len(study.jobs) - 1)
    more = studies.extend("ann", study.id, study.config.model_copy(update={"seeds": (4, 5, 6)}), BLOCKS)
    assert len(more.jobs) == len(study.jobs) * 3 // 2
    assert belongs(more, full, balanced=False)


def test_the_question_without_runs_is_the_same_for_all_ways_to_train(full: ExperimentConfig) -> None:
    head = recipe(RecipeName.CONCAT_4).apply(full, 6)
    configs = [label_efficiency_config(run, (8, 64), (0, 1), balanced=False) for run in (full, head)]
    assert job_id(configs[0]) == job_id(configs[1])


def test_time_without_timed_steps_follows_what_passes_through_the_blocks(full: ExperimentConfig) -> None:
    task = Workload(train=1000, validation=100, test=200, tokens_per_text=20.0, n_outputs=2)
    metrics = Metrics(1, {"accuracy": Estimate(0.5, 0, 1)}, 0.5)
    summary = RunSummary("cpu", "float32", {"total": 100.0}, {}, metrics, metrics, 0.5, 3, 3, -1)

    def seconds(config: ExperimentConfig) -> float:
        return scaled_seconds(summary.seconds["total"], full, config, task, 6)

    assert seconds(full) == pytest.approx(100)
    passes = 1300 + 3 * (3 * 1000 + 100)
    scratch = recipe("scratch").apply(full, 6)
    assert seconds(scratch) == pytest.approx(100 * (1300 + 10 * 3100) / passes)
    few = full.model_copy(update={"data": full.data.model_copy(update={"train_rows": 100})})
    assert seconds(few) == pytest.approx(100 * (400 + 3 * 400) / passes)
    assert seconds(recipe("linear").apply(full, 6)) == pytest.approx(100 * 1300 / passes)


def test_further_recipes_are_arms_between_the_own_settings_and_scratch(
    store: RunStore, full: ExperimentConfig
) -> None:
    recipes = (RecipeName.CONTRASTIVE, RecipeName.LAST_K, RecipeName.FULL)
    config = label_efficiency_study(full, ROWS, (8, 64), (4, 5), balanced=False, recipes=recipes)
    study = Studies(store).add("ann", "curve", config, BLOCKS)
    assert belongs(study, full, balanced=False)
    cells = label_efficiency_arms(study, study.jobs, ROWS)
    names = ("recipe full", "recipe contrastive", f"recipe {RecipeName.LAST_K}", SCRATCH)
    assert [(cell.name, cell.rows, len(cell.jobs)) for cell in cells] == [
        (name, size, 2) for name in names for size in (8, 64)
    ]
    runs = {job_id(run.config): run.config for run in expand_grid(config, BLOCKS)}
    pairs = [runs[job].contrastive for cell in cells if cell.name == names[1] for job in cell.jobs]
    assert all(pairs)
    assert len({job for cell in cells for job in cell.jobs}) == len(study.jobs)
