"""Successive halving: what a search runs next, in what order, and within what time."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from translearn_core.analysis.comparison.model_selection import cheapest_as_good, rank_candidates
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.config.base import job_id
from translearn_core.config.search import RUNG_EPOCHS, SearchConfig, candidates
from translearn_core.results import CacheUsage, Estimate, Metrics, RunSummary, Workload
from translearn_core.runs import State
from translearn_core.runs.search.halving import Decision, Halving, Trial, TrialResult, chains

BLOCKS = 6
TASK = Workload(1000, 200, 500, 20.0, 4)
BASE = ExperimentConfig(data=DataConfig(dataset="d", text="text", label="label"))
ENCODING = 20.0
"""Seconds of one pass of all rows."""


def summary(score, *, train=0.0, encode=ENCODING, total=None):
    metrics = Metrics(200, {"accuracy": Estimate(score, score - 0.05, min(1.0, score + 0.05))}, 1 - score)
    seconds = {"read": 0.0, "encode": encode, "train": train, "evaluate": 1.0}
    seconds["total"] = sum(seconds.values()) if total is None else total
    return RunSummary(
        device="CPU", precision="float32", seconds=seconds, parameters={"trainable": 1, "total": 1},
        validation=metrics, test=metrics, constant_baseline=0.2, epochs=1, best_epoch=1, boundary=0,
        reuse=CacheUsage(1700, 1700, 0.0),
    )  # fmt: skip


class Simulation:
    """A search whose runs take and score what `quality` says: name to (final score, seconds an epoch)."""

    def __init__(self, minutes, quality, *, repeats=3, blocks=BLOCKS):
        config = SearchConfig(experiment=BASE, minutes=minutes, repeats=repeats)
        listed = candidates(config, blocks, TASK.train)
        self.rules = Halving(listed, 60 * minutes, repeats, TASK, blocks)
        self.quality, self.results, self.decisions = quality, [], []

    def run(self, steps=200):
        for _ in range(steps):
            decision = self.rules.decide(self.results)
            self.decisions.append(decision)
            if decision.end:
                return self
            assert decision.submit, "nothing is live, so the search must go on or end"
            self.results += [self._result(following) for following in decision.submit]
        raise AssertionError("the search does not end")

    def _result(self, following):
        name, rung = following.candidate.name, following.rung
        score, per_epoch = self.quality(name)
        trial = Trial(name, rung, following.repeat, job_id(self.config(following)))
        train = per_epoch * RUNG_EPOCHS[rung]
        seconds = 2.0 if following.candidate.fixed else train + 5.0
        if name == "linear probe":
            seconds += ENCODING
        reached = score - 0.1 * 0.5**rung if not following.candidate.fixed else score
        return TrialResult(trial, State.DONE, seconds, summary(reached, train=train))

    def tuned_at(self, rung):
        first_seed = (result.trial for result in self.results if not result.trial.repeat)
        fixed = {one.name for one in self.rules.candidates if one.fixed}
        return {trial.candidate for trial in first_seed if trial.rung == rung} - fixed

    @staticmethod
    def config(following):
        return following.candidate.at_rung(following.rung, following.repeat, following.previous)

    def at(self, name, repeat=0):
        return [r.trial.rung for r in self.results if (r.trial.candidate, r.trial.repeat) == (name, repeat)]


def even(name):
    return 0.5, 2.0


def test_what_is_fitted_at_once_comes_first_then_fine_tuning():
    simulation = Simulation(30, even).run()
    first, second = (decision.submit for decision in simulation.decisions[:2])
    assert [one.candidate.name for one in first] == [
        "TF-IDF",
        "linear probe",
        "linear probe, last four layers",
    ]
    assert all(one.candidate.fixed for one in first)
    assert second
    assert not any(one.candidate.fixed or one.rung or one.repeat for one in second)


def test_the_better_half_goes_on_and_each_rung_continues_the_one_before():
    def quality(name):
        return (0.9 if name == "LoRA" else 0.8 if name == "all blocks" else 0.5), 1.0

    simulation = Simulation(120, quality).run()
    assert simulation.at("LoRA") == [0, 1, 2, 3]
    tried = [one for one in simulation.rules.candidates if not one.fixed]
    for rung in range(1, 4):
        here, before = simulation.tuned_at(rung), simulation.tuned_at(rung - 1)
        assert here <= before
        assert len(here) == -(-len(before) // 2)
    assert len({r.trial.candidate for r in simulation.results}) == len(tried) + 3
    for decision in simulation.decisions:
        for following in decision.submit:
            assert (following.previous is None) == (following.rung == 0)
            if following.previous is not None:
                assert Simulation.config(following).resume_from == following.previous


def test_no_run_is_trained_twice():
    simulation = Simulation(120, even).run()
    ids = [result.trial.job for result in simulation.results]
    assert len(ids) == len(set(ids))


def test_the_two_best_are_repeated_with_other_seeds_through_all_their_rungs():
    def quality(name):
        return (0.95 if name == "all blocks" else 0.93 if name == "LoRA" else 0.5), 1.0

    simulation = Simulation(120, quality, repeats=3).run()
    repeated = {r.trial.candidate for r in simulation.results if r.trial.repeat}
    assert repeated == {"all blocks", "LoRA"}
    for name in repeated:
        assert simulation.at(name, 1) == simulation.at(name, 2) == simulation.at(name)
    assert [len(chain) for chain in chains(simulation.results, "all blocks")] == [4, 4, 4]


def test_a_probe_that_wins_is_not_repeated_as_no_seed_has_a_part_in_it():
    simulation = Simulation(120, lambda name: (0.99 if "probe" in name else 0.4, 1.0)).run()
    assert not any(result.trial.repeat for result in simulation.results)


@pytest.mark.parametrize("minutes", [0.5, 1, 2, 5, 10, 60])
@pytest.mark.parametrize("per_epoch", [0.5, 3.0, 60.0])
def test_the_time_is_kept_but_for_the_run_that_was_estimated_too_low(minutes, per_epoch):
    simulation = Simulation(minutes, lambda name: (0.8, per_epoch)).run()
    spent = np.cumsum([result.seconds for result in simulation.results])
    over = [r for r, total in zip(simulation.results, spent, strict=True) if total > 60 * minutes]
    assert simulation.tuned_at(0) or minutes < 2
    # runs of one decision are submitted together; a live search is stopped when its time is over
    assert all(not r.trial.repeat for r in over)


def test_a_search_whose_time_is_over_stops_what_runs_and_then_ends():
    simulation = Simulation(1, even)
    first = TrialResult(Trial("TF-IDF", 0, 0, "a"), State.DONE, 59.0, summary(0.5))
    live = TrialResult(Trial("linear probe", 0, 0, "b"), State.RUNNING, 0.5)
    assert simulation.rules.decide([first, live]) == Decision()
    assert simulation.rules.decide([first, replace(live, seconds=2.0)]) == Decision(stop=True)
    stopped = replace(live, seconds=2.0, state=State.STOPPED)
    assert simulation.rules.decide([first, stopped]) == Decision(end=True)


def test_failed_candidates_are_out_and_a_search_without_any_result_ends():
    simulation = Simulation(60, even)
    failed = [
        TrialResult(Trial(one.name, 0, 0, one.name), State.FAILED, 1.0, None, "no memory")
        for one in simulation.rules.candidates
    ]
    fixed = [result for result in failed if simulation.rules.names[result.trial.candidate].fixed]
    assert simulation.rules.decide(fixed) == Decision(end=True)
    assert simulation.rules.decide(failed) == Decision(end=True)


def test_the_estimate_of_a_candidate_comes_from_its_own_runs_once_there_are_any():
    rules = Simulation(60, even).rules
    probe = TrialResult(Trial("linear probe", 0, 0, "p"), State.DONE, 25.0, summary(0.8))
    full = rules.names["all blocks"]
    assert rules.seconds(full, 0, []) is None
    one, two, four = (rules.seconds(full, rung, [probe]) for rung in (0, 2, 3))
    assert one < two < four
    own = TrialResult(Trial("all blocks", 0, 0, "f"), State.DONE, 90.0, summary(0.8, train=60.0, encode=0.0))
    assert rules.seconds(full, 2, [probe, own]) == pytest.approx(1.0 + 120.0)


def test_predictions_of_training_rows_are_no_run_but_their_time_counts():
    simulation = Simulation(10, lambda name: (0.9 if name == "all blocks" else 0.5, 1.0)).run()
    results, rules = simulation.results, simulation.rules
    best = next(r for r in results[::-1] if r.trial.candidate == "all blocks")
    trial = replace(best.trial, job="predictions", predicts_train=True)
    later = [*results, TrialResult(trial, State.DONE, 9.0)]
    assert rules.decide(later) == Decision(end=True)
    assert chains(later, "all blocks") == chains(results, "all blocks")
    assert rules.decide([*results, TrialResult(trial, State.RUNNING, 1.0)]) == Decision()
    first = results[:3]
    assert rules.decide([*first, TrialResult(trial, State.DONE, 590.0)]).submit == ()
    assert rules.decide(first).submit


def test_seeds_leave_time_to_predict_the_training_rows_of_the_best():
    rules = Simulation(10, even).rules
    probe = TrialResult(Trial("linear probe", 0, 0, "p"), State.DONE, 25.0, summary(0.8))
    assert rules.training_predictions_seconds([]) == 0.0
    assert rules.training_predictions_seconds([probe]) == 0.0
    own = TrialResult(Trial("all blocks", 0, 0, "f"), State.DONE, 90.0, summary(0.9, train=60.0))
    assert rules.training_predictions_seconds([probe, own]) == pytest.approx(4.0 + 1000 / 700)


def test_rungs_predict_no_training_rows():
    for one in Simulation(10, even).rules.candidates:
        assert one.at_rung(0, 0, None).training.predict_train is one.fixed


def simulate_choice(random, truth, rows, correlation=0.7):
    """Return row scores, 0 or 1, of candidates with true accuracies, correlated over rows."""
    shared = random.normal(size=rows)
    own = {name: random.normal(size=rows) for name in truth}
    mixed = {n: np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own[n] for n in truth}
    return {name: (mixed[name] < norm.ppf(share)).astype(float) for name, share in truth.items()}


@pytest.mark.parametrize("rows", [100, 300, 1000])
@pytest.mark.parametrize("share", [0.6, 0.85, 0.95])
def test_a_cheaper_candidate_as_good_as_the_best_is_kept_at_the_stated_level(rows, share):
    random, draws = np.random.default_rng(rows), 200
    names = [f"c{k}" for k in range(8)]
    kept = 0
    for _ in range(draws):
        ranked = rank_candidates(simulate_choice(random, dict.fromkeys(names, share), rows))
        kept += cheapest_as_good(ranked, {name: k for k, name in enumerate(names)}) == "c0"
    assert kept / draws >= 0.975 - 3 * np.sqrt(0.975 * 0.025 / draws)


def test_a_cheaper_candidate_that_is_clearly_worse_is_not_chosen():
    random, truth = np.random.default_rng(0), {"cheap": 0.7, "middle": 0.9, "dear": 0.9}
    chosen = [
        cheapest_as_good(
            rank_candidates(simulate_choice(random, truth, 500)), {"cheap": 1, "middle": 2, "dear": 3}
        )
        for _ in range(100)
    ]
    assert chosen.count("cheap") == 0
    assert chosen.count("middle") >= 90


def test_ranks_are_by_mean_and_the_best_has_no_difference():
    scores = {"a": np.array([1.0, 0, 0, 0]), "b": np.array([1.0, 1, 1, 0]), "c": np.array([1.0, 1, 0, 1])}
    ranked = rank_candidates(scores)
    assert [name for name, _ in ranked] == ["b", "c", "a"]
    assert ranked[0][1] == Estimate(0.0, 0.0, 0.0)
    assert [behind.value for _, behind in ranked] == [0.0, 0.0, -0.5]
