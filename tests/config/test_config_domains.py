"""Configurations of domains and of ways between them: ids stay, studies expand, what cannot be says so."""

import pytest
import yaml
from pydantic import ValidationError

from translearn_core.config import (
    AdaptationConfig,
    AdaptationMethod,
    BackboneConfig,
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    ProblemType,
    SelfTrainingConfig,
    StudyConfig,
    TargetConfig,
    Way,
    expand_grid,
    job_id,
    unsuitable_arms,
)
from translearn_core.config.base import canonical_json
from translearn_core.config.model_names import TFIDF
from translearn_core.config.studies.arm_labels import arm_titles
from translearn_core.config.studies.study_file import StudyFile
from translearn_core.errors import ConfigError, TranslearnError

PLACES = DomainConfig(column="language", source=("en",), target=("zh",))
DATA = DataConfig(dataset="d", text="t", label="l", domains=PLACES)
BLOCKS = {"all-MiniLM-L6-v2": 6}


def ways(*chosen: Way, sizes: tuple[int | None, ...] = (0, 8, None), **fields: object) -> StudyConfig:
    return StudyConfig(data=DATA, boundaries=(4,), ways=chosen, sizes=sizes, **fields)


def test_without_domains_the_stored_form_is_what_it_was():
    plain = ExperimentConfig(data=DataConfig(dataset="d", text="t", label="l"))
    assert "domains" not in canonical_json(plain)
    assert "adaptation" not in canonical_json(plain)


def test_every_way_takes_the_labels_that_it_can():
    planned = expand_grid(ways(*Way), BLOCKS)
    labels = {way: [] for way in Way}
    for run in planned:
        labels[Way(run.factors["way"])].append(run.config.data.domains.target_labels)
    assert labels[Way.SOURCE] == [0]
    for way in (Way.TARGET, Way.BOTH, Way.SEQUENTIAL, Way.SLOW):
        assert labels[way] == [8, None]
    others = (Way.SELF_TRAINING, Way.PRETRAIN_TARGET)
    for way in (Way.IMPORTANCE, Way.CORAL, Way.MMD, Way.DANN, *others):
        assert labels[way] == [0, 8, None]


def test_ways_differ_in_rows_and_adaptation_only():
    one = {run.factors["way"]: run.config for run in expand_grid(ways(*Way, sizes=(8,)), BLOCKS)}
    assert one[Way.BOTH].adaptation is None
    assert not one[Way.TARGET].data.domains.use_source
    assert one[Way.DANN].adaptation == AdaptationConfig(method=AdaptationMethod.DANN)
    same = {(config.freeze, config.training, config.data.split) for config in one.values()}
    assert len(same) == 1
    assert one[Way.SEQUENTIAL].source_first
    assert [stage.backbone_rate for stage in one[Way.SEQUENTIAL].resolved_stages] == [1, 1]
    assert [stage.backbone_rate for stage in one[Way.SLOW].resolved_stages] == [1, 0.1]


def test_each_seed_draws_its_own_labels_of_the_target_where_the_study_says_so():
    planned = expand_grid(ways(Way.BOTH, Way.PRETRAIN_TARGET, seeds=(0, 1), resample=True), BLOCKS)
    drawn = {
        (run.seed, run.config.data.subset_seed) for run in planned if run.config.data.domains.target_labels
    }
    assert drawn == {(0, 0), (1, 1)}
    assert len({run.pretraining for run in planned} - {None}) == 1


def test_a_target_within_the_source_cannot_come_after_it():
    places = DomainConfig(column="d", source=("a", "b"), target=("b",), target_labels=8)
    data = DataConfig(dataset="d", text="t", label="l", domains=places)
    with pytest.raises(ValueError, match="a target outside the source"):
        ExperimentConfig(data=data, adaptation=AdaptationConfig(method=AdaptationMethod.SEQUENTIAL))


@pytest.mark.parametrize("method", list(AdaptationMethod))
@pytest.mark.parametrize(
    "places",
    [
        DomainConfig(column="d", source=("a", "b"), target=("b",)),
        DomainConfig(column="d", source=("a",), target=("b",), target_labels=8, use_source=False),
    ],
)
def test_every_adaptation_needs_source_rows_and_a_target_outside_them(
    method: AdaptationMethod, places: DomainConfig
):
    data = DataConfig(dataset="d", text="t", label="l", domains=places)
    adaptation = AdaptationConfig(method=method)
    with pytest.raises(ValueError, match="a target outside"):
        ExperimentConfig(data=data, adaptation=adaptation, freeze=FreezePlan(blocks=(5,)))


def test_labels_of_a_target_within_the_source_are_refused():
    places = DomainConfig(column="d", source=("a", "b"), target=("b",), target_labels=8)
    data = DataConfig(dataset="d", text="t", label="l", domains=places)
    with pytest.raises(ValueError, match="target_labels are rows of a target outside the source"):
        ExperimentConfig(data=data)
    partly = places.model_copy(update={"target": ("b", "c")})
    ExperimentConfig(data=data.model_copy(update={"domains": partly}))
    assert partly.outside_source == ("c",)
    assert DomainConfig(column="d", target=("b",)).outside_source == ()


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        (ways(Way.TARGET, Way.BOTH, sizes=(0,)), "both together needs labels of the target"),
        (ways(Way.SOURCE, sizes=(8, None)), "sizes is '8, all'.*source only takes no label"),
        (
            ways(Way.SELF_TRAINING, sizes=(0,), backbones=(BackboneConfig(id=TFIDF),)),
            "a method that TF-IDF has too",
        ),
    ],
)
def test_a_study_without_a_run_says_what_its_ways_need(study: StudyConfig, sentence: str):
    with pytest.raises(ConfigError, match=sentence):
        expand_grid(study, BLOCKS | {TFIDF: 0})


def test_an_experiment_tells_its_way():
    for run in expand_grid(ways(*Way, sizes=(0, 8)), BLOCKS):
        config, way = run.config, run.factors["way"]
        of_run = Way.of(
            config.data.domains, config.adaptation, self_training=config.self_training is not None,
            pretrained=config.backbone.pretraining_job is not None,
        )  # fmt: skip
        assert of_run == way
    with pytest.raises(ValueError, match="no part for the target alone"):
        AdaptationConfig(method=AdaptationMethod.DANN, target_rate=0.1)


def test_a_way_that_cannot_run_is_left_out_by_name_while_the_others_run():
    frozen = ways(Way.SOURCE, Way.IMPORTANCE, Way.DANN, sizes=(0, 8)).model_copy(update={"boundaries": (6,)})
    planned = {run.factors["way"] for run in expand_grid(frozen, BLOCKS)}
    assert planned == {Way.SOURCE, Way.IMPORTANCE}
    (arm,) = unsuitable_arms(frozen, BLOCKS)
    assert arm.way == Way.DANN
    assert arm.sentence().startswith("DANN is left out: adaptation: dann changes how the backbone trains")
    assert "train a block at least" in arm.sentence()
    assert unsuitable_arms(ways(*Way), BLOCKS) == ()


def test_a_way_is_left_out_where_it_cannot_run_only():
    study = ways(Way.SOURCE, Way.CORAL, sizes=(0,)).model_copy(update={"boundaries": (4, 6)})
    names = {run.name for run in expand_grid(study, BLOCKS)}
    assert names == {"blocks 4, 5, source only", "blocks 4, 5, CORAL", "head only, source only"}
    (arm,) = unsuitable_arms(study, BLOCKS)
    assert arm.name == "head only, CORAL"


def test_self_training_is_left_out_for_numbers():
    target = TargetConfig(column="l", problem=ProblemType.REGRESSION)
    data = DataConfig(dataset="d", text="t", targets=(target,), domains=PLACES)
    study = StudyConfig(data=data, boundaries=(4,), ways=(Way.SOURCE, Way.SELF_TRAINING), sizes=(0,))
    assert [run.name for run in expand_grid(study, BLOCKS)] == ["source only"]
    (arm,) = unsuitable_arms(study, BLOCKS)
    assert "self-training is left out: self_training: " in arm.sentence()


def test_asked_for_alone_or_with_settings_that_suit_no_way_it_is_an_error():
    alone = ways(Way.DANN, sizes=(0, 8)).model_copy(update={"boundaries": (6,)})
    with pytest.raises(TranslearnError, match="train a block at least"):
        expand_grid(alone, BLOCKS)
    with pytest.raises(TranslearnError, match="settings"):
        expand_grid(ways(Way.SOURCE, Way.DANN, settings={"training.epochs": -1}), BLOCKS)


def test_one_pretraining_on_the_target_serves_all_seeds_and_labels():
    planned = expand_grid(ways(Way.PRETRAIN_TARGET, Way.BOTH, seeds=(0, 1)), BLOCKS)
    own = [run for run in planned if run.factors["way"] == Way.PRETRAIN_TARGET]
    assert len(own) == 6
    (pretraining,) = {run.pretraining for run in own}
    assert pretraining.target_data.domains.target_labels == 0
    assert {run.config.backbone.pretraining_job for run in own} == {job_id(pretraining)}
    assert all(run.config.adaptation is None for run in own)
    assert all(run.pretraining is None for run in planned if run not in own)


def test_self_training_needs_no_domains_and_says_what_it_is():
    (run,) = expand_grid(ways(Way.SELF_TRAINING, sizes=(8,)), BLOCKS)
    assert run.config.self_training == SelfTrainingConfig()
    assert len(run.config.resolved_stages) == SelfTrainingConfig().rounds + 1
    ExperimentConfig.model_validate(run.config.model_dump())


def test_names_of_arms_say_way_and_labels():
    names = [run.name for run in expand_grid(ways(Way.SOURCE, Way.CORAL, sizes=(0, 8)), BLOCKS)]
    assert names == ["source only, 0 rows", "CORAL, 0 rows", "CORAL, 8 rows"]


def test_a_study_file_repeats_the_ways():
    study = ways(Way.SOURCE, Way.DANN)
    text = StudyFile.of(study, "ways", {"train": "table.csv"}).written()
    assert "ways:" in text
    assert StudyFile.model_validate(yaml.safe_load(text)).study("d") == study


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": ("en", "en"), "target": ("zh",)}, "names a domain twice"),
        ({"target_labels": 8}, "name both"),
        ({"source": ("en",), "target": ("zh",), "use_source": False}, "nothing trains"),
    ],
)
def test_domains_that_make_no_sense_are_refused(fields: dict, sentence: str):
    with pytest.raises(ValidationError, match=sentence):
        DomainConfig(column="language", **fields)


def test_ways_need_a_source_and_a_target():
    with pytest.raises(ValidationError, match="ways are adaptation methods from a source"):
        StudyConfig(data=DataConfig(dataset="d", text="t", label="l"), boundaries=(4,), ways=(Way.CORAL,))
    with pytest.raises(ValidationError, match="1 training rows are too few"):
        StudyConfig(data=DATA, boundaries=(4,), sizes=(1,))
    with pytest.raises(ValidationError, match="column of domains must be another one"):
        DataConfig(dataset="d", text="t", label="l", domains=DomainConfig(column="l"))


def test_alignment_needs_blocks_that_train_and_a_weight_something_to_weigh():
    adapted = {"data": DATA, "adaptation": AdaptationConfig(method=AdaptationMethod.MMD)}
    with pytest.raises(ValidationError, match="train a block at least"):
        ExperimentConfig(**adapted)
    ExperimentConfig(**adapted, freeze=FreezePlan(blocks=(5,)))
    with pytest.raises(ValidationError, match="adds no loss to weigh"):
        AdaptationConfig(method=AdaptationMethod.IMPORTANCE, weight=2.0)


def test_sizes_of_ways_are_called_target_labels():
    factors = {"recipe": "own settings", "way": "CORAL", "backbone": "b"}
    arms = {f"CORAL, {rows}": factors | {"rows": rows} for rows in ("0 rows", "1 rows", "all rows")}
    assert list(arm_titles(arms).values()) == [
        "CORAL, 0 target labels", "CORAL, 1 target label", "CORAL, all target labels",
    ]  # fmt: skip
    plain = {"full, 64 rows": {"recipe": "own settings", "backbone": "b", "rows": "64 rows"}}
    assert arm_titles(plain) == {"full, 64 rows": "full, 64 rows"}
