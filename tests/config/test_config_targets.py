"""Targets of a data configuration: stored form, job ids of earlier versions, refusals."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from translearn_core.config import (
    CleaningRule,
    DataConfig,
    ExperimentConfig,
    ProblemType,
    SplitConfig,
    StudyConfig,
    TargetConfig,
    TaskOrder,
    TrainingConfig,
    job_id,
)
from translearn_core.config.base import canonical_json
from translearn_core.config.studies.study_file import StudyFile

columns = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
splits = st.builds(SplitConfig, column=st.none() | columns, seed=st.integers(0, 2**32 - 1))
data = st.builds(
    lambda **fields: DataConfig(**fields),
    dataset=st.just("0f"),
    text=st.just("the text"),
    label=columns.filter(lambda name: name != "the text"),
    split=splits,
    cleaning=st.sets(st.sampled_from(list(CleaningRule))).map(tuple),
    rare_class_below=st.integers(2, 50),
    train_rows=st.none() | st.integers(2, 500),
    balanced_subset=st.booleans(),
)


@given(data)
def test_a_stored_configuration_is_read_back_equal(config: DataConfig) -> None:
    assert DataConfig.model_validate_json(config.model_dump_json()) == config
    assert DataConfig.model_validate(config.model_dump()) == config
    assert hash(DataConfig.model_validate(config.model_dump(mode="json"))) == hash(config)


@given(data)
def test_a_single_label_target_is_stored_as_its_column_alone(config: DataConfig) -> None:
    stored = json.loads(config.model_dump_json())
    assert list(stored.items()) == [
        ("dataset", config.dataset),
        ("text", config.text),
        ("text_pair", None),
        ("sentence", None),
        ("label", config.targets[0].column),
        ("other_targets", []),
        ("split", config.split.model_dump(mode="json")),
        ("domains", None),
        ("label_key", None),
        ("cleaning", [str(fix) for fix in config.cleaning]),
        ("rare_class_below", config.rare_class_below),
        ("train_rows", config.train_rows),
        ("subset_seed", config.subset_seed),
        ("balanced_subset", config.balanced_subset),
    ]


def test_job_ids_are_those_of_earlier_versions() -> None:
    plain = DataConfig(dataset="d", text="t", label="l")
    other = DataConfig(
        dataset="0f", text="zdanie", label="ocena źródła", split=SplitConfig(column="część", seed=7),
        cleaning=(CleaningRule.MERGE_RARE,), train_rows=64, subset_seed=3, balanced_subset=True,
    )  # fmt: skip
    ids = [job_id(ExperimentConfig(data=config)) for config in (plain, other)]
    assert ids == ["d211b41a336233b11b54", "95dd124fccaf31aba391"]


def test_targets_that_cannot_be_stored_as_a_label_are_stored_in_full() -> None:
    targets = (TargetConfig(column="a"), TargetConfig(column="b"))
    several = DataConfig(dataset="d", text="t", targets=targets)
    stored = several.model_dump(mode="json")
    assert "label" not in stored
    assert stored["targets"] == [TargetConfig(column=column).model_dump(mode="json") for column in "ab"]


def test_each_of_several_targets_is_a_run_on_the_same_rows() -> None:
    targets = (TargetConfig(column="b", loss_weight=3.0), TargetConfig(column="a"), TargetConfig(column="c"))
    training = TrainingConfig(task_order=TaskOrder.SEQUENTIAL)
    joint = ExperimentConfig(data=DataConfig(dataset="d", text="t", targets=targets), training=training)
    runs = joint.target_runs("job")
    assert [run.data.label for run in runs] == ["b", "a", "c"]
    assert [[other.column for other in run.data.other_targets] for run in runs] == [
        ["a", "c"], ["b", "c"], ["a", "b"],
    ]  # fmt: skip
    for run in runs:
        assert run.data.prepared_targets == tuple(TargetConfig(column=column) for column in "abc")
        assert run.training == TrainingConfig()
        assert (run.joint_run, next(iter(run.references()))) == ("job", "job")
        assert ExperimentConfig.model_validate_json(canonical_json(run)) == run
    assert len(joint.resolved_stages) == 3
    assert joint.training.keeps_last_epoch


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"head": {"kind": "probe"}}, "head.kind"),
        ({"distil": {"teacher": "x"}}, "distil"),
        ({"joint_run": "x"}, "joint_run"),
        ({"training": {"predict_train": False}}, "predict_train"),
        ({"training": {"task_order": "sequential"}, "resume_from": "x"}, "task_order"),
    ],
)
def test_what_several_targets_cannot_have_is_refused_with_what_to_do(
    fields: dict[str, object], word: str
) -> None:
    data = {"dataset": "d", "text": "t", "targets": [{"column": "a"}, {"column": "b"}]}
    with pytest.raises(ValidationError, match=word):
        ExperimentConfig.model_validate({"data": data, **fields})


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, ("targets",)),
        ({"label": 3}, ("targets", 0, "column")),
        ({"targets": ()}, ("targets",)),
        ({"targets": ({"column": "a"}, {"column": "a"})}, ()),
        ({"targets": tuple({"column": f"c{k}"} for k in range(21))}, ()),
        ({"targets": ({"column": "a", "problem": "clustering"},)}, ("targets", 0, "problem")),
        ({"label": "a", "targets": ({"column": "b"},)}, ("targets",)),
        ({"label": "t"}, ()),
        ({"targets": ({"column": "a", "separator": ";"},)}, ("targets", 0)),
        ({"targets": ({"column": "a", "columns": ("b", "c")},)}, ("targets", 0)),
    ],
)
def test_other_targets_are_refused_by_the_name_of_their_field(
    fields: dict[str, object], where: tuple[object, ...]
) -> None:
    with pytest.raises(ValidationError) as error:
        DataConfig(dataset="d", text="t", **fields)
    assert error.value.errors()[0]["loc"] == where


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (["a", "b", "a"], "name 'a' once"),
        (["a", "t"], "'t' holds the texts, so predict another one"),
        (
            [f"c{k}" for k in range(23)],
            "23 columns to predict are too many: a run has at most 20, so leave out 3",
        ),
    ],
)
def test_columns_that_make_no_targets_are_named(columns: list[str], sentence: str) -> None:
    targets = [{"column": column} for column in columns]
    with pytest.raises(ValidationError, match=sentence):
        DataConfig.model_validate({"dataset": "d", "text": "t", "targets": targets})


def test_a_copy_takes_another_label_and_no_unknown_field() -> None:
    config = DataConfig(dataset="d", text="t", label="l", rare_class_below=9)
    assert config.with_label("other") == DataConfig(dataset="d", text="t", label="other", rare_class_below=9)
    with pytest.raises(TypeError, match="label"):
        config.model_copy(update={"label": "other"})


@pytest.mark.parametrize("fields", [{"separator": "/"}, {"columns": ("a", "b")}])
def test_a_study_file_holds_a_target_of_several_labels(fields: dict[str, object]) -> None:
    target = TargetConfig(column="l", problem=ProblemType.MULTI_LABEL, **fields)
    study = StudyConfig(data=DataConfig(dataset="d", text="t", targets=(target,)), boundaries=(5,))
    assert StudyFile.of(study, "s", {}).study("d") == study


def test_a_study_file_holds_the_target() -> None:
    study = StudyConfig(data=DataConfig(dataset="d", text="t", label="l"), boundaries=(5,))
    file = StudyFile.of(study, "name", {"train": "rows.csv"})
    assert (file.label, file.problem) == ("l", ProblemType.SINGLE_LABEL)
    assert file.study("d").data == study.data
    assert "problem" not in file.written()
