"""Expansion of studies into runs, study files, and errors that name the field."""

import pytest
from pydantic import ValidationError

from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    CleaningRule,
    ContrastiveConfig,
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    ProblemType,
    RecipeName,
    SplitConfig,
    StudyConfig,
    TargetConfig,
    TrainingConfig,
    Tuning,
    TuningConfig,
    custom_overrides,
    depth_study,
    expand_grid,
    job_id,
)
from translearn_core.config.adaptation import AdaptationConfig, AdaptationMethod
from translearn_core.config.few_labels.self_training import SelfTrainingConfig
from translearn_core.config.studies.arm_labels import arm_titles, group_labels
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.errors import ConfigError, DataError, TranslearnError
from translearn_core.errors.validation_errors import explain_validation_error

DATA = DataConfig(dataset="d", text="text", label="label", split=SplitConfig(seed=5))
PAIRS = DataConfig(dataset="d", text="text", text_pair="other", label="label")
TAG = TargetConfig(column="tag", problem=ProblemType.TOKENS)
WORDS = DataConfig(dataset="d", text="word", sentence="number", targets=(TAG,))
MINI = BackboneConfig()
BLOCKS = {MINI.label: 6}


def study(**parts):
    return StudyConfig(data=DATA, **parts)


def planned(**parts):
    return expand_grid(study(**parts), BLOCKS)


def names(runs):
    return list(dict.fromkeys(run.name for run in runs))


def test_recipes_times_seeds_all_cells_with_the_first_seed_first():
    runs = planned(recipes=("linear", "full"), seeds=(3, 4))
    assert [(run.name, run.seed) for run in runs] == [("linear", 3), ("full", 3), ("linear", 4), ("full", 4)]
    for run in runs:
        assert run.config == RECIPES[RecipeName(run.name)].apply(
            ExperimentConfig(data=DATA, training=TrainingConfig(seed=run.seed)), 6
        )
        assert run.config.data.split.seed == 5, "all are scored on the same test rows"


def test_the_seed_of_fresh_weights_goes_with_the_seed_where_there_are_some():
    runs = planned(recipes=("scratch", "full"), seeds=(0, 7))
    assert [(run.name, run.config.backbone.init_seed) for run in runs] == [
        ("scratch", 0),
        ("full", 0),
        ("scratch", 7),
        ("full", 0),
    ]


def test_boundaries_alone_are_plain_plans_from_that_block_up():
    runs = planned(boundaries=(6, 4, 0, -1))
    assert names(runs) == ["embeddings + blocks 0–5", "blocks 0–5", "blocks 4, 5", "head only"]
    plans = [run.config.freeze for run in runs]
    assert plans == [FreezePlan.full(6), FreezePlan.last_n(6, 6), FreezePlan.last_n(2, 6), FreezePlan()]
    assert [run.config.training for run in runs] == [TrainingConfig.defaults_for(plan) for plan in plans]
    assert [run.factors["boundary"] for run in runs] == ["-1", "0", "4", "6"]


def test_recipes_with_boundaries_go_so_deep_and_frozen_ones_and_scratch_appear_once():
    runs = planned(recipes=("linear", "gradual", "lora", "scratch"), boundaries=(0, 4, 6))
    assert names(runs) == [
        "linear",
        "gradual from block 0",
        "gradual from block 4",
        "lora from block 0",
        "lora from block 4",
        "scratch",
    ], "head only is linear, which is there already"
    by_name = {run.name: run.config for run in runs}
    assert by_name["gradual from block 4"].freeze == FreezePlan.last_n(2, 6)
    assert by_name["lora from block 4"].tuning.kind is Tuning.LORA
    assert by_name["scratch"].freeze == FreezePlan.full(6)


def test_a_recipe_with_nothing_left_to_train_is_the_head_alone_once():
    runs = planned(recipes=("lora", "gradual"), boundaries=(5, 6))
    assert names(runs) == ["lora from block 5", "head only", "gradual from block 5"]


def test_sizes_and_backbones_are_named_where_they_vary():
    small = BackboneConfig(keep_blocks=3)
    runs = expand_grid(
        study(recipes=("gradual",), sizes=(None, 64), backbones=(MINI, small)), BLOCKS | {small.label: 3}
    )
    assert names(runs) == [
        f"gradual, {MINI.label}, 64 rows",
        f"gradual, {MINI.label}, all rows",
        f"gradual, {small.label}, 64 rows",
        f"gradual, {small.label}, all rows",
    ]
    assert [run.config.data.train_rows for run in runs] == [64, None, 64, None]
    assert [run.config.backbone for run in runs] == [MINI, MINI, small, small], (
        "a recipe keeps what was chosen"
    )
    assert names(planned(recipes=("gradual",), sizes=(64,))) == ["gradual"]


def test_settings_go_into_every_run():
    runs = planned(recipes=("linear", "full"), settings={"training.epochs": 2, "features.token_limit": 32})
    assert {run.config.training.epochs for run in runs} == {2}
    assert {run.config.features.token_limit for run in runs} == {32}


def test_what_asks_the_same_is_planned_once():
    runs = planned(recipes=("linear", "linear", "full"), seeds=(1, 1), sizes=(None, None))
    assert len(runs) == len({job_id(run.config) for run in runs}) == 2


def test_a_teacher_goes_to_the_recipe_that_needs_one():
    (runs,) = planned(recipes=("distil",), teacher="job")
    assert (runs.config.distil.teacher, runs.config.backbone.keep_blocks) == ("job", 3)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"boundaries": (9,)}, "boundaries is 9: give -1 to 6"),
        ({"recipes": ("full",), "boundaries": (-1,)}, "boundaries is -1: give 0 to 6"),
        ({"recipes": ("distil",)}, "teacher is None"),
        ({"recipes": ("full",), "settings": {"training.epoch": 2}}, "settings is 'training.epoch'"),
        ({"recipes": ("full",), "settings": {"training.epochs": 0}}, "training.epochs to at least 1"),
        (
            {"recipes": ("full",), "settings": {"features.layer_combination": "mix"}},
            "needs a frozen backbone",
        ),
        ({"recipes": tuple(RecipeName)[:6], "seeds": tuple(range(100))}, "more than 500 runs"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(parts, field):
    with pytest.raises(TranslearnError, match=field):
        planned(**parts)


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"recipes": ("ful",)}, "recipes.0"),
        ({"recipes": ("full",), "seeds": ()}, "seeds"),
        ({"recipes": ("full",), "sizes": (1,)}, "sizes"),
        ({"recipes": ("full",), "settings": {"training.seed": 3}}, "settings"),
        ({"recipes": ("full",), "settings": {"data.dataset": "other"}}, "settings"),
        ({"recipes": ("full",), "backbones": (MINI, BackboneConfig(revision="main"))}, "backbones"),
        ({}, ""),
        ({"recipes": ("full",), "recipe": "x"}, "recipe"),
    ],
)
def test_the_form_itself_is_checked(parts, where):
    with pytest.raises(ValidationError) as caught:
        study(**parts)
    assert ".".join(map(str, caught.value.errors()[0]["loc"])).startswith(where)


def test_a_backbone_nobody_counted_the_blocks_of_is_named():
    with pytest.raises(ConfigError, match=MINI.label):
        expand_grid(study(recipes=("full",)), {})


# -- rows drawn again, enough steps, and a way of its own


def test_rows_drawn_again_go_with_the_seed_where_there_are_fewer_of_them():
    runs = planned(recipes=("linear", "scratch"), sizes=(64, None), seeds=(0, 7), resample=True)
    drawn = {(run.factors["rows"], run.seed): run.config.data for run in runs}
    assert {key: data.subset_seed for key, data in drawn.items()} == {
        ("64 rows", 0): 0,
        ("64 rows", 7): 7,
        ("all rows", 0): None,
        ("all rows", 7): None,
    }
    plain = planned(recipes=("linear", "scratch"), sizes=(64, None), seeds=(0, 7))
    assert {run.config.data.subset_seed for run in plain} == {None}
    whole = [
        {job_id(run.config) for run in some if run.factors["rows"] == "all rows"} for some in (runs, plain)
    ]
    assert whole[0] == whole[1], "with all rows there is nothing to draw: the same runs"


def test_balanced_rows_mean_nothing_where_all_are_taken():
    data = DATA.model_copy(update={"balanced_subset": True})
    runs = expand_grid(StudyConfig(data=data, recipes=("linear",), sizes=(64, None)), BLOCKS)
    assert [run.config.data.balanced_subset for run in runs] == [True, False]


def test_a_seed_of_rows_and_rows_drawn_again_contradict_each_other():
    with pytest.raises(ValidationError, match="subset_seed"):
        StudyConfig(data=DATA.model_copy(update={"subset_seed": 1}), recipes=("linear",), resample=True)


def test_few_rows_get_as_many_epochs_as_make_the_steps():
    runs = planned(recipes=("full",), sizes=(8, 640, None), min_steps=60)
    assert [run.config.training.epochs for run in runs] == [60, 3, 3]
    assert [run.config.training.epochs for run in planned(recipes=("full",), sizes=(8, None))] == [3, 3]


def test_an_experiment_of_its_own_is_a_way_beside_the_recipes():
    own = ExperimentConfig(data=DATA, freeze=FreezePlan(blocks=(1, 4)), training=TrainingConfig(lr=0.007))
    runs = planned(custom_recipe=own, recipes=("scratch",), sizes=(64, None), seeds=(0, 3))
    assert names(runs) == [
        "own settings, 64 rows",
        "own settings, all rows",
        "scratch, 64 rows",
        "scratch, all rows",
    ]
    customs = [run.config for run in runs if run.factors["recipe"] == "own settings"]
    assert {(config.freeze, config.training.lr) for config in customs} == {(own.freeze, 0.007)}
    assert [config.data.train_rows for config in customs] == [64, None, 64, None]
    assert customs[1] == own
    assert planned(custom_recipe=own)[0].config == own, "alone it is a study too"
    with pytest.raises(ValidationError, match=r"custom_recipe\.resume_from"):
        study(custom_recipe=own.model_copy(update={"resume_from": "job"}))
    with pytest.raises(ConfigError, match=r"freeze\.blocks is 9"):
        planned(custom_recipe=own.model_copy(update={"freeze": FreezePlan(blocks=(9,))}))


# -- from an experiment


def test_the_depth_study_has_the_run_itself_among_its_own():
    experiment = ExperimentConfig(
        data=DATA.model_copy(update={"train_rows": 100}),
        freeze=FreezePlan.last_n(2, 6),
        training=TrainingConfig.defaults_for(FreezePlan.last_n(2, 6)).model_copy(
            update={"batch_size": 16, "seed": 3}
        ),
    )
    runs = expand_grid(deep_study := depth_study(experiment, 6), BLOCKS)
    assert deep_study.boundaries == (-1, 0, 1, 2, 3, 4, 5, 6)
    assert deep_study.seeds == (3, 4, 5)
    assert job_id(experiment) in {job_id(run.config) for run in runs}
    assert {run.config.training.batch_size for run in runs} == {16}
    whole = next(run.config for run in runs if run.factors["boundary"] == "0")
    assert whole.training.lr == 1e-4, "a default follows the plan"


def test_a_depth_study_of_stages_trains_at_once_for_as_many_epochs():
    experiment = RECIPES[RecipeName.GRADUAL].apply(ExperimentConfig(data=DATA), 6)
    epochs = sum(stage.epochs for stage in experiment.resolved_stages)
    assert epochs > experiment.training.epochs
    runs = expand_grid(depth_study(experiment, 6), BLOCKS)
    assert {run.config.training.epochs for run in runs} == {epochs}
    assert {run.config.stages for run in runs} == {()}


def test_a_depth_study_leaves_out_what_cannot_be():
    experiment = ExperimentConfig(
        data=DATA, freeze=FreezePlan.last_n(2, 6), tuning=TuningConfig(kind=Tuning.LORA)
    )
    assert depth_study(experiment, 6).boundaries == (0, 1, 2, 3, 4, 5)
    fresh = experiment.model_copy(
        update={"tuning": TuningConfig(), "backbone": BackboneConfig(reinit_top_layers=2)}
    )
    assert depth_study(fresh, 6).boundaries == (-1, 0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    "method",
    [
        {"self_training": SelfTrainingConfig()},
        {"contrastive": ContrastiveConfig(), "head": HeadConfig(kind=HeadKind.PROBE)},
        {"adaptation": AdaptationConfig(method=AdaptationMethod.CORAL)},
    ],
)
def test_a_depth_study_keeps_the_method_of_learning(method: dict[str, object]):
    data = DATA
    if "adaptation" in method:
        data = DATA.model_copy(update={"domains": DomainConfig(column="d", source=("a",), target=("b",))})
    experiment = ExperimentConfig(data=data, freeze=FreezePlan.last_n(2, 6), **method)
    runs = expand_grid(depth_study(experiment, 6), BLOCKS)
    assert len({run.factors["boundary"] for run in runs}) >= 6
    for name, part in method.items():
        assert all(getattr(run.config, name) == part for run in runs)
    assert job_id(experiment) in {job_id(run.config) for run in runs}


def test_own_settings_are_what_differs_and_for_recipes_what_they_leave():
    training = TrainingConfig.defaults_for(FreezePlan()).model_copy(
        update={"epochs": 9, "batch_size": 8, "seed": 4}
    )
    config = ExperimentConfig(data=DATA, training=training, head={"kind": "mlp"}, augment={"copies": 1})
    assert custom_overrides(config, recipes=True) == {"training.batch_size": 8}
    assert custom_overrides(config, recipes=False) == {
        "augment.copies": 1,
        "head.kind": "mlp",
        "training.batch_size": 8,
        "training.epochs": 9,
    }


# -- as a file

FILE = """
name: which way
files: {train: train.csv, test: test.csv}
text: review
label: stars
split: part
backbones: [all-MiniLM-L6-v2, {id: all-MiniLM-L6-v2, random_init: true}]
recipes: [linear, full]
seeds: [0, 1]
sizes: [64, all]
resample: true
balanced: true
min_steps: 60
settings: {training.epochs: 2}
baseline: linear
"""


def test_a_file_is_a_study(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(FILE)
    parsed = StudyFile(**read_study_file(path, {"test": tmp_path / "other.csv"}))
    assert parsed.files == {"train": tmp_path / "train.csv", "test": tmp_path / "other.csv"}
    config = parsed.study("d")
    assert (config.data.text, config.data.label, config.data.split.column) == ("review", "stars", "part")
    assert (config.sizes, config.seeds, config.recipes) == ((64, None), (0, 1), ("linear", "full"))
    assert [backbone.random_init for backbone in config.backbones] == [False, True]
    assert config.settings == {"training.epochs": 2}
    assert (config.resample, config.min_steps, config.data.balanced_subset) == (True, 60, True)


@pytest.mark.parametrize(
    "config",
    [
        study(recipes=("linear",)),
        study(boundaries=(-1, 4, 6), seeds=(3, 4), settings={"training.lr": 1e-5, "head.kind": "mlp"}),
        study(
            backbones=(MINI, BackboneConfig(id="a/b: c", random_init=True, init_seed=3)),
            recipes=("gradual", "distil"),
            boundaries=(0, 4),
            sizes=(16, None),
            resample=True,
            min_steps=60,
            teacher="0" * 20,
        ),
        StudyConfig(
            data=DataConfig(
                dataset="d",
                text="yes",
                label="Bewertung: 'gut' # \u00fc",
                split=SplitConfig(column="on", test=0.2),
                cleaning=(CleaningRule.DROP_DUPLICATES,),
                rare_class_below=3,
                subset_seed=0,
                balanced_subset=True,
            ),
            recipes=("scratch",),
            sizes=(8, 64),
        ),
        study(
            custom_recipe=RECIPES[RecipeName.GRADUAL].apply(ExperimentConfig(data=DATA), 6),
            recipes=("scratch",),
        ),
        study(custom_recipe=ExperimentConfig(data=DATA)),
        StudyConfig(data=PAIRS, recipes=("linear",)),
        StudyConfig(data=WORDS, recipes=("linear",)),
    ],
)
def test_what_is_written_is_read_back_as_the_same_study(tmp_path, config):
    files = {"train": "my: films.csv", "test": "test.csv"}
    path = tmp_path / "study.yaml"
    path.write_text(StudyFile.of(config, "what's 'best'?\n# so", files, "linear").written(), encoding="utf-8")
    again = StudyFile(**read_study_file(path, {}))
    assert again.study("d") == config
    assert (again.name, again.baseline) == ("what's 'best'?\n# so", "linear")
    assert again.files == {part: tmp_path / name for part, name in files.items()}


def test_what_is_written_is_short_and_in_order():
    config = study(recipes=("linear", "full"), seeds=(0, 1), sizes=(64, None))
    assert StudyFile.of(config, "which way", {"train": "films.csv"}, "linear").written() == (
        "name: which way\nfiles: {train: films.csv}\ntext: text\nlabel: label\nsplit: {seed: 5}\n"
        "backbones: [all-MiniLM-L6-v2]\nrecipes: [linear, full]\nseeds: [0, 1]\nsizes: [64, all]\n"
        "baseline: linear\n"
    )


def test_cells_are_told_by_titles_and_as_lines_of_a_curve():
    runs = planned(recipes=("linear", "gradual"), boundaries=(0, 4), sizes=(16, None))
    cells = {run.name: run.factors for run in runs}
    titles = arm_titles(cells)
    linear, gradual = (RECIPES[name].title for name in (RecipeName.LINEAR, RecipeName.GRADUAL))
    assert titles["linear, 16 rows"] == f"{linear}, 16 rows"
    assert titles["gradual from block 4, all rows"] == f"{gradual} from block 4, all rows"
    assert len(set(titles.values())) == len(cells)
    along = group_labels(cells, "rows")
    assert along.keys() == set(titles.values())
    assert set(along.values()) == {linear, f"{gradual}, from block 0", f"{gradual}, from block 4"}
    alone = {
        run.name: run.factors
        for run in planned(boundaries=(-1, 4), custom_recipe=ExperimentConfig(data=DATA))
    }
    assert arm_titles(alone) == {name: name for name in alone}
    assert set(group_labels(alone, "boundary").values()) == {"own settings", "top blocks"}


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 60))
"""Two of the line above in every line: 2^60 values once each name stands for what it means."""


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (FILE + "colour: red\n", ConfigError, "study file is 'colour'.*name, files, text"),
        ("- a\n- b\n", DataError, "holds no study"),
        ("name: [", DataError, "is not YAML, line 1"),
        ("name: " + "[" * 200_000, DataError, "is nested more than 100 deep"),
        ("name: " + "[" * 101 + "]" * 101, DataError, "is nested more than 100 deep"),
        ("&a [*a]", DataError, "is nested more than 100 deep"),
        (LAUGHS, DataError, "holds more than 2,000,000 values"),
        ("name: s" + " " * 1_000_000, DataError, "1,000,007 bytes.*1,000,000"),
        ("name: s\nteacher: 2020-99-99\n", ConfigError, "line 2, is '2020-99-99'.*date"),
        (
            f"seeds: [{'9' * 5000}]\n",
            ConfigError,
            "line 1, is '9{78}….*number",
        ),
        ("name: !!int ''\n", ConfigError, "study file, line 1, is ''"),
        ("name: s\nlabel: b\n", ConfigError, "^text is missing: .*column"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(tmp_path, text, error, sentence):
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(error, match=sentence):
        read_study_file(path, {})


def test_a_data_file_without_a_name_is_refused(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("name: s\ntext: a\nlabel: b\nfiles: {train: null}\n")
    with pytest.raises(ValidationError) as caught:
        StudyFile(**read_study_file(path, {}))
    message = str(explain_validation_error(caught.value))
    assert message.startswith("files.train is None")
    assert "path" in message


def test_a_long_value_is_cut(tmp_path):
    with pytest.raises(ValidationError) as caught:
        study(recipes=("full",), seeds=tuple(range(201)))
    message = str(explain_validation_error(caught.value))
    assert message.startswith("seeds is (0, 1, 2, ")
    assert "at most 200" in message
    assert len(message) < 130


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.yaml"):
        read_study_file(tmp_path / "nowhere.yaml", {})


@pytest.mark.parametrize("name", ["study_sst2", "study_banking77"])
def test_the_benchmarks_are_studies_of_fifteen_ways_and_three_seeds(pytestconfig, name):
    path = pytestconfig.rootpath / "tests" / "benchmarks" / f"{name}.yaml"
    parsed = StudyFile(**read_study_file(path, {}))
    runs = expand_grid(parsed.study("d"), BLOCKS)
    assert len(runs) == 45
    assert parsed.baseline in names(runs)
