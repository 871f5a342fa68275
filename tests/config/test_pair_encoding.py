"""Encoding of pairs in configurations: defaults, recipes, studies, searches, job ids."""

import pytest
from pydantic import ValidationError

from tests.pages.filled import MINILM
from translearn_core.config import (
    RECIPES,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    PairEncoding,
    RecipeName,
    StudyConfig,
    expand_grid,
    job_id,
)
from translearn_core.config.base import canonical_json
from translearn_core.config.search import SearchConfig, candidates
from translearn_core.config.studies.depth_study import depth_study
from translearn_core.runs.reproduce import cli_command

JOINT, SIAMESE = PairEncoding
PAIRS = DataConfig(dataset="d", text="a", text_pair="b", label="y")
SINGLE = DataConfig(dataset="d", text="a", label="y")
N = 6


def experiment(blocks: int, encoding: PairEncoding = JOINT, data: DataConfig = PAIRS) -> ExperimentConfig:
    return ExperimentConfig(
        data=data, freeze=FreezePlan.last_n(blocks, N), features=FeatureConfig(pair_encoding=encoding)
    )


def test_single_texts_know_nothing_of_pairs_in_their_ids() -> None:
    stored = canonical_json(ExperimentConfig(data=SINGLE))
    assert "pair" not in stored
    assert canonical_json(experiment(0, SIAMESE)).count('"pair_encoding":"siamese"') == 1
    ids = {job_id(experiment(0, JOINT, SINGLE)), job_id(experiment(0)), job_id(experiment(0, SIAMESE))}
    assert len(ids) == 3


def test_siamese_needs_pairs() -> None:
    with pytest.raises(ValidationError, match=r"data\.text_pair"):
        experiment(0, SIAMESE, SINGLE)


def test_the_default_is_siamese_on_a_frozen_backbone_and_else_joint() -> None:
    assert experiment(0).with_default_encoding() == experiment(0, SIAMESE)
    assert experiment(2, SIAMESE).with_default_encoding() == experiment(2)
    assert experiment(2).with_default_encoding(frozen=True) == experiment(2, SIAMESE)
    assert experiment(0, JOINT, SINGLE).with_default_encoding() == experiment(0, JOINT, SINGLE)


@pytest.mark.parametrize("encoding", PairEncoding)
@pytest.mark.parametrize("name", [RecipeName.LINEAR, RecipeName.LAST_K, RecipeName.CONCAT_4])
def test_a_recipe_keeps_the_encoding_and_matches_with_either(
    name: RecipeName, encoding: PairEncoding
) -> None:
    applied = RECIPES[name].apply(experiment(0, encoding), N)
    assert applied.features.pair_encoding is encoding
    assert RECIPES[name].matches(applied, N)


def test_studies_and_searches_take_what_suits_each_strategy() -> None:
    study = StudyConfig(data=PAIRS, recipes=(RecipeName.LINEAR, RecipeName.FULL), seeds=(0,))
    planned = expand_grid(study, {BackboneConfig().label: N})
    assert [run.config.features.pair_encoding for run in planned] == [SIAMESE, JOINT]
    depths = expand_grid(depth_study(experiment(2), N, seeds=1), {BackboneConfig().label: N})
    assert {run.config.features.pair_encoding for run in depths} == {JOINT}
    found = candidates(SearchConfig(experiment=experiment(0)), N, 1_000)
    assert [c.config.features.pair_encoding for c in found if c.name.startswith("linear probe")] == [
        SIAMESE
    ] * 2
    assert {c.config.features.pair_encoding for c in found if c.config.trains_backbone} == {JOINT}


def test_the_command_names_the_second_column_and_an_encoding_that_is_not_the_default() -> None:
    for config, named in ((experiment(0, SIAMESE), 0), (experiment(0), 1), (experiment(2), 0)):
        command = cli_command(config, "pairs.csv", backbone_info=MINILM)
        assert command.count("features.pair_encoding") == named
        assert "text_pair" in command or "--text-pair" in command
