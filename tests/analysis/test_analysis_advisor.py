"""Advisor: rules, settings, doubts and options by facts."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from translearn_core.analysis.advisor import rules
from translearn_core.analysis.advisor.advise import advise, clearly_better, format_seconds, settings
from translearn_core.analysis.advisor.facts import Cost, TaskFacts
from translearn_core.config import (
    RECIPES,
    DataConfig,
    ExperimentConfig,
    Family,
    LayerCombination,
    RecipeName,
    apply_overrides,
    match_recipe,
)
from translearn_core.results import Estimate

SECONDS = {
    RecipeName.LINEAR: 5.0,
    RecipeName.SECOND_LAST: 5.0,
    RecipeName.MIX: 6.0,
    RecipeName.LAST_K: 40.0,
    RecipeName.LORA: 90.0,
    RecipeName.LP_FT: 120.0,
    RecipeName.GRADUAL: 110.0,
    RecipeName.BOTTOM_UP: 100.0,
    RecipeName.DISCRIMINATIVE: 130.0,
    RecipeName.FULL: 130.0,
}
REVIEWS = TaskFacts(
    train=6920,
    n_train_used=5000,
    n_validation=872,
    classes=2,
    rarest=3310,
    commonest=3610,
    contradictory_share=0.0,
    median_tokens=22,
    long_tokens=46,
    token_limit=128,
    truncated_share=0.0,
    unknown_token_share=0.001,
    majority=0.51,
    tfidf=Estimate(0.79, 0.76, 0.82),
    layers=(0, 1, 2, 3),
    logme=(-0.62, -0.58, -0.55, -0.54),
    probes=(0.76, 0.79, 0.81, 0.83),
    best_probe=Estimate(0.83, 0.80, 0.85),
    tfidf_wins=False,
    tfidf_loses=True,
    best_beats_last=False,
    costs={name: Cost(seconds) for name, seconds in SECONDS.items()},
)
"""Many labels, a related backbone, no doubts."""
MIDDLE = {"probes": (0.76, 0.79, 0.85, 0.80), "logme": (-0.62, -0.58, -0.50, -0.54)}
FAR = {"tfidf_wins": True, "tfidf_loses": False, "tfidf": Estimate(0.88, 0.85, 0.9)}


def reasons(m: TaskFacts) -> str:
    return " ".join(one.conclusion for one in advise(m).reasons)


def doubts(m: TaskFacts) -> str:
    return " ".join(one.conclusion for one in advise(m).doubts)


@pytest.mark.parametrize(
    ("facts", "recipe", "source"),
    [
        ({}, "discriminative", "1801.06146"),
        ({"train": 700}, "lp-ft", "2202.10054"),
        ({"train": 150}, "linear", "2202.10054"),
        ({"train": 700, "contradictory_share": 0.05}, "bottom-up", "1708.00524"),
        ({"train": 700, **FAR}, "gradual", "1801.06146"),
        (FAR, "full", "1801.06146"),
        ({"majority": 0.80}, "full", "1801.06146"),
        ({"time_limit": 100.0}, "lora", "2106.09685"),
        ({"time_limit": 60.0}, "last-k", "1911.03090"),
        ({"time_limit": 10.0}, "linear", "1911.03090"),
    ],
)
def test_labels_relatedness_noise_and_time_lead_to_a_recipe(facts, recipe, source):
    advice = advise(replace(REVIEWS, **facts))
    assert advice.recipe == recipe
    assert RECIPES[RecipeName(recipe)].title in advice.sentence
    assert any(source in reason.source for reason in advice.reasons)


def test_a_better_layer_is_read_only_where_it_is_better_by_more_than_chance():
    quick = replace(REVIEWS, time_limit=10.0)
    assert advise(quick).settings == {}
    assert advise(replace(quick, **MIDDLE)).recipe == "mix"
    sure = advise(replace(quick, **MIDDLE, best_beats_last=True))
    assert sure.recipe == "linear"
    assert sure.settings == {"features.layer_combination": "one", "features.layer": 2}
    assert any("1802.05365" in reason.source for reason in sure.reasons)


def test_the_settings_are_ones_an_experiment_can_have():
    m = replace(REVIEWS, train=300, rarest=20, commonest=200, time_limit=10.0, best_beats_last=True, **MIDDLE)
    base = ExperimentConfig(data=DataConfig(dataset="d", text="t", label="l"))
    for name in RecipeName:
        if not RECIPES[name].teacher:
            apply_overrides(RECIPES[name].apply(base, 3), settings(m, name)).check(3)
    advice = advise(m)
    config = apply_overrides(RECIPES[RecipeName(advice.recipe)].apply(base, 3), advice.settings)
    assert (config.features.layer_combination, config.features.layer) == (LayerCombination.ONE, 2)
    assert config.training.class_weights == "balanced"
    assert "rare ones are never answered" in reasons(m)


def test_few_rows_get_more_passes_and_are_told_why():
    few = replace(REVIEWS, train=700)
    assert advise(few).settings == {"training.epochs": 10}  # 22 steps a pass
    assert "take 10" in reasons(few)
    assert settings(replace(few, train=40), RecipeName.FULL) == {"training.epochs": 20}
    words = replace(REVIEWS, train=14_000, words_per_text=20.0)  # 700 sentences
    assert settings(words, RecipeName.FULL) == {"training.epochs": 10}
    assert settings(few, RecipeName.GRADUAL) == settings(few, RecipeName.LINEAR) == {}


def test_what_takes_too_long_or_too_much_memory_is_said_with_the_number():
    late = advise(replace(REVIEWS, time_limit=100.0))
    durations = ("Discriminative rates", "about 2.2 min", "about 1.7 min")
    assert any(all(words in r.observation for words in durations) for r in late.reasons)
    large = replace(REVIEWS, costs={**REVIEWS.costs, **dict.fromkeys(RECIPES, Cost(9.0, memory=False))})
    assert "more memory" in " ".join(r.observation for r in advise(large).reasons)
    assert not any(option.fits for option in advise(large).options)
    hopeless = advise(replace(REVIEWS, time_limit=1.0))
    assert hopeless.recipe == "linear"
    assert "more than there is" in hopeless.sentence


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (FAR, "Transfer may not help"),
        (FAR, "Papers disagree"),
        ({"tfidf_loses": False}, "could be chance"),
        ({"unknown_token_share": 0.3}, "does not read the language"),
        ({"truncated_share": 0.2}, "raise the token limit"),
        ({"contradictory_share": 0.1}, "contradict each other"),
        ({"rarest": 3}, "is luck"),
        ({"logme": (-0.5, -0.6, -0.6, -0.6)}, "The blocks add nothing"),
        ({"logme": (-0.6, -0.5, -0.55, -0.55)}, "do not agree"),
        ({**MIDDLE, "best_beats_last": True}, "not the best one yet"),
        ({"costs": dict.fromkeys(SECONDS, Cost(4000.0))}, "A long wait"),
    ],
)
def test_each_doubt_is_said_where_it_holds_and_only_there(facts, words):
    assert words in doubts(replace(REVIEWS, **facts))
    assert words not in doubts(REVIEWS)


def test_there_is_always_a_doubt_and_it_says_how_fine_the_measure_is():
    (only,) = advise(REVIEWS).doubts
    half = 1.96 * np.sqrt(0.83 * 0.17 / 872)
    assert f"less than about {100 * half:.1f} points" in only.conclusion


def test_every_recipe_is_an_option_and_no_number_sums_them_up():
    advice = advise(replace(REVIEWS, time_limit=100.0))
    frame = advice.frame().set_index("recipe")
    assert list(frame.index) == [str(name) for name in RecipeName]
    assert frame["fits"].to_dict() == {str(n): SECONDS.get(n, 1e9) <= 100 for n in RecipeName}
    assert "teacher" in frame.loc["distil", "note"]
    assert "83.0 %" in frame.loc["linear", "note"]
    assert "81.0 %" in frame.loc["second-last", "note"]
    assert set(frame.columns) == {"seconds", "fits", "note"}


def test_every_rule_has_a_source_and_its_recipes_are_known():
    tables = (rules.RELATEDNESS, rules.CASES, rules.LAYER_CHOICE, rules.DOUBTS)
    for rule in (rule for table in tables for rule in table):
        assert rule.source
        assert rule.conclusion.endswith(".")
        assert rule.observation(REVIEWS)
        assert set(rule.recipes) <= set(RECIPES)
    for table in tables[:3]:
        assert table[-1].applies(REVIEWS), "the last rule is the default"
    for rule in rules.CASES:
        assert rule.recipes


def test_a_frozen_recipe_has_its_name_where_nothing_is_changed():
    base = ExperimentConfig(data=DataConfig(dataset="d", text="t", label="l"))
    advice = advise(replace(REVIEWS, train=150))
    made = apply_overrides(RECIPES[RecipeName(advice.recipe)].apply(base, 3), advice.settings)
    assert match_recipe(made, 3) is RecipeName.LINEAR
    assert RECIPES[RecipeName.LINEAR].family is Family.FROZEN


@pytest.mark.parametrize(
    ("wins", "losses"), [(9, 1), (8, 2), (30, 14), (30, 15), (1, 9), (0, 0), (5, 0), (6, 0)]
)
def test_better_by_more_than_chance_is_mcnemars_exact_test(wins, losses):
    first = np.array([True] * wins + [False] * losses + [True, False] * 20)
    second = np.array([False] * wins + [True] * losses + [True, False] * 20)
    tail = min(1.0, 2 * float(binom.sf(wins - 1, wins + losses, 0.5))) if wins > losses else 1.0
    assert clearly_better(first, second) is (tail < 0.05)


def test_clearly_better_errs_in_no_more_than_the_share_it_promises():
    random = np.random.default_rng(0)
    result = [clearly_better(*(random.random((2, 300)) < 0.8)) for _ in range(400)]
    assert np.mean(result) < 0.05


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about 1 s"), (75, "about 75 s"), (150, "about 2.5 min"), (40_000, "about 11 h")],
)
def test_time_is_told_no_finer_than_it_is_known(seconds, words):
    assert format_seconds(seconds) == words
