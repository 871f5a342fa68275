"""Choice of a model among the candidates of a search, on validation; its scores on test."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.comparison.model_selection import cheapest_as_good, rank_candidates
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.config import Split
from translearn_core.errors import NotFoundError
from translearn_core.jobs import SelectionCandidate, SelectionConfig
from translearn_core.results import Evaluation, RunSummary, Selection
from translearn_core.results.selection import CandidateScore
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation, row_clusters, row_scores


def select(context: Context[SelectionConfig]) -> None:
    """Rank the candidates on validation, and score the best and the cheapest that is as good on test."""
    listed = context.config.candidates
    scores, evaluations = {}, {}
    for number, candidate in enumerate(listed):
        context.report("reading the runs", number, len(listed))
        evaluations[candidate.name] = [load_evaluation(context, chain[-1]) for chain in candidate.chains]
        scores[candidate.name] = _scores(evaluations[candidate.name], Split.VALIDATION)
    context.report("comparing")
    sentences = _clusters(next(iter(evaluations.values()))[0], Split.VALIDATION)
    ranked = rank_candidates({name: seeds.mean(axis=0) for name, seeds in scores.items()}, sentences)
    by_name = {candidate.name: candidate for candidate in listed}
    costs = {name: _seconds(context, candidate) for name, candidate in by_name.items()}
    table = []
    for name, behind in ranked:
        best = int(scores[name].mean(axis=1).argmax())
        chains = by_name[name].chains
        interval = row_score_interval(scores[name], sentences)
        table.append(CandidateScore(name, chains[best][-1], len(chains), interval, behind, costs[name]))
    cheapest = cheapest_as_good(ranked, costs)
    winner = table[0].name
    tests = {}
    for line in table:
        if line.name in (winner, cheapest):
            seed = int(scores[line.name].mean(axis=1).argmax())
            tests[line.name] = evaluations[line.name][seed].metrics[str(Split.TEST)]
    selection = Selection(
        metric=tests[winner].metric.name, candidates=tuple(table), cheapest=cheapest, tests=tests
    )
    if cheapest != winner:
        arms = [_arm(name, evaluations[name]) for name in (winner, cheapest)]
        selection = replace(selection, difference=differences(arms[1:], arms[0])[0])
    artifacts.save(context.folder, selection)


def _scores(evaluations: list[Evaluation], split: Split) -> np.ndarray:
    """Return the row scores of runs on one split, shape (seeds, rows), in the order of the row keys."""
    return np.stack([_split_scores(evaluation, split).to_numpy(np.float64) for evaluation in evaluations])


def _arm(name: str, evaluations: list[Evaluation]) -> ArmRuns:
    rows = _split_scores(evaluations[0], Split.TEST).index.to_numpy(dtype=np.uint64)
    return ArmRuns(name, rows, _scores(evaluations, Split.TEST), _clusters(evaluations[0], Split.TEST))


def _clusters(evaluation: Evaluation, split: Split) -> NDArray[np.int64] | None:
    """Return the sentence of each word, in the order of the row keys; None for texts."""
    rows = evaluation.predictions
    clusters = row_clusters(rows[rows["split"] == split])
    return None if clusters is None else np.asarray(clusters, dtype=np.int64)


def _split_scores(evaluation: Evaluation, split: Split) -> "pd.Series[float]":
    rows = evaluation.predictions
    return row_scores(rows[rows["split"] == split])


def _seconds(context: Context[SelectionConfig], candidate: SelectionCandidate) -> float:
    """Return the seconds of one training from nothing: of all runs of a chain, with what a cache saved."""
    totals = []
    for chain in candidate.chains:
        summaries = [context.result(job, RunSummary) for job in chain]
        known = [summary for summary in summaries if summary is not None]
        if len(known) < len(chain):
            raise NotFoundError(f"A run of {candidate.name} has no results: resume the search.")
        saved = known[0].reuse.saved_seconds if known[0].reuse is not None else 0.0
        totals.append(saved + sum(summary.seconds["total"] for summary in known))
    return float(np.mean(totals))
