"""Sentences on differences: studies, baselines, pairs of runs, small test sets, scores."""

from hypothesis import strategies as st

from tests.sentences.outcomes import counts, differences, ends, estimates, shares, split_counts
from tests.sentences.reading import Case, sentence
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.config.training import AugmentConfig, DistilConfig
from translearn_core.prepared_experiments.claim import Claim
from translearn_core.prepared_experiments.judgement import MOST_ROWS, Verdict, judge
from translearn_core.prepared_experiments.measure import Measure, Unit
from translearn_core.results import ArmScore, Baseline, Comparison, Difference, Estimate
from translearn_core.results.comparison import NEGLIGIBLE, NegativeTransfer, rows_for
from translearn_core.results.diagnostics.baselines import FROZEN, MAJORITY, SCRATCH, WORDS
from translearn_core.results.diagnostics.paired_comparison import PairedComparison
from translearn_core.results.evaluation import SMALL_TEST_SET, Metrics, small_test_set_note
from translearn_core.results.selection import CandidateScore, Selection
from translearn_core.worker.diagnostics.sentences import baselines_text

Draw = st.DrawFn


def same(difference: Difference) -> bool:
    """Whether a difference has to be called equality."""
    return not difference.excludes_zero and abs(difference.value) < NEGLIGIBLE


def same_rows(difference: Difference) -> bool:
    """Whether no resampled rows and seeds differ, so that there is no interval."""
    return difference.value == difference.low == difference.high == 0


def clause(difference: Difference) -> tuple[list[float], dict[str, bool]]:
    """Return the numbers and the claims of `Difference.describe`."""
    if same_rows(difference):
        return [], {r"scores the same as": True, "one seed gives no interval": difference.seeds < 2}
    numbers = [*ends(difference), *([] if same(difference) else [100 * abs(difference.value)])]
    claims = {
        r"scores the same as": same(difference),
        r"points better than": not same(difference) and difference.value > 0,
        r"points worse than": not same(difference) and difference.value < 0,
    }
    return numbers, claims


def arm(name: str, difference: Difference | None, negative: NegativeTransfer | None) -> ArmScore:
    spot = Estimate(0.8, 0.7, 0.9)
    return ArmScore(
        name, 3, "over 3 seeds", {"accuracy": spot}, 9.0, 10, "head only", 6, 60, "a/b", difference, negative
    )


@sentence
@st.composite
def study_verdict(draw: Draw) -> Case:
    """Every difference of a study beside its baseline, with negative transfer."""
    difference = draw(st.none() | differences())
    negative = draw(st.none() | differences().filter(lambda d: d.high < 0))
    harm = None if negative is None else NegativeTransfer("scratch", negative)
    arms, folds = (arm("full", None, None), arm("gradual", difference, harm)), draw(st.sampled_from((0, 5)))
    comparison = Comparison("full", 600, arms, folds=folds)
    (text,) = comparison.sentences()
    assert text.startswith(comparison.frame()["verdict"].tolist()[1])
    numbers, claims = ([], {"cannot be compared": True}) if difference is None else clause(difference)
    if difference is not None:
        sure = difference.seeds > 1 and difference.excludes_zero
        claims |= {"more than chance": sure, "needs more seeds": difference.seeds < 2}
        claims |= {"could be chance": difference.seeds > 1 and not sure and not same_rows(difference)}
    if negative is not None:
        numbers += [100 * abs(negative.value), *ends(negative)]
        claims["Negative transfer: .* below scratch"] = True
    needed = None if difference is None or not folds else difference.rows_needed(600)
    claims["from chance four times in five"] = needed is not None
    return Case(text, numbers + power(difference, needed, 600), claims=claims)


def power(difference: Difference | None, needed: int | None, rows: int) -> list[float]:
    """Return the numbers of a sentence on the rows that a difference needs."""
    return [] if difference is None or needed is None else [100 * abs(difference.value), needed, rows]


@sentence
@st.composite
def judged_claim(draw: Draw) -> Case:
    """A claim beside what was measured, with the test rows that its distance from the limit needs."""
    limit, one, rows = draw(st.sampled_from((0.0, 1.0, -5.0))), draw(estimates()), draw(st.none() | counts)
    points = Estimate(100 * one.value, 100 * one.low, 100 * one.high)
    side = draw(st.sampled_from(("above", "below")))
    measure = Measure(kind="difference", unit=Unit.POINTS)
    claim = Claim.model_validate({"paper": "P", "measure": measure, side: limit})
    found = judge(claim, {"gain": points}, rows)
    half = (points.high - points.low) / 2
    needed = None if rows is None else rows_for(points.value - limit, half, rows)
    if found.verdict is not Verdict.COULD_BE_CHANCE or (needed or 0) > MOST_ROWS:
        needed = None
    numbers = [points.value, points.low, points.high, limit]
    if needed is not None and rows is not None:
        numbers += [abs(points.value - limit), needed, rows]
    low, high = points.low, points.high
    above = {"above": (low > limit, high <= limit), "below": (high < limit, low >= limit)}[side]
    return Case(
        found.sentence,
        numbers,
        claims={
            "It came out here too": above[0],
            "It did not come out here": above[1],
            "the interval includes": not any(above),
            "from chance four times in five": needed is not None,
        },
    )


@sentence
@st.composite
def same_on_every_row(draw: Draw) -> Case:
    """A configuration whose only seed scores every test row as the baseline's does."""
    seeds = draw(st.integers(1, 3))
    difference = Difference(0.0, 0.0, 0.0, seeds)
    (text,) = Comparison("full", 600, (arm("full", None, None), arm("CORAL", difference, None))).sentences()
    numbers, claims = clause(difference)
    return Case(text, numbers, claims=claims | {"one seed gives no interval": seeds < 2})


@sentence
@st.composite
def worse_than_baseline(draw: Draw) -> Case:
    """A way that is worse than its baseline by more than chance."""
    difference = draw(differences(st.integers(2, 5)).filter(lambda d: d.high < 0))
    (text,) = Comparison(
        "source only", 600, (arm("source only", None, None), arm("CORAL", difference, None))
    ).worse
    numbers, claims = clause(difference)
    return Case(text, numbers, claims=claims | {"more than chance": True})


@sentence
@st.composite
def baseline_line(draw: Draw) -> Case:
    """The run beside one baseline, and negative transfer from it."""
    name, margin = draw(st.sampled_from((MAJORITY, WORDS, FROZEN, SCRATCH))), draw(differences(st.just(1)))
    negative = baselines_text.negative_transfer(name, margin)
    numbers, claims = clause(margin)
    claims |= {"more than chance": margin.excludes_zero, "could be chance": not margin.excludes_zero}
    harmed = name in (WORDS, SCRATCH) and margin.high < 0
    claims |= {"Negative transfer: .* below": harmed}
    numbers += [100 * abs(margin.value)] * harmed
    return Case(f"{baselines_text.verdict_on(name, margin)} {negative}", numbers, claims=claims)


def baseline(draw: Draw, name: str, layer: int | None = None) -> Baseline:
    margin, score = draw(differences(st.just(1))), draw(estimates(shares))
    negative = baselines_text.negative_transfer(name, margin)
    return Baseline(name, {"accuracy": score}, margin, "", negative, layer)


@sentence
@st.composite
def baselines_verdict(draw: Draw) -> Case:
    """Whether transfer helped: beside words, the frozen probe and the same model from scratch."""
    words, probe = baseline(draw, WORDS), baseline(draw, FROZEN, draw(st.integers(0, 6)))
    scratch, accuracy = draw(st.none() | st.just(0)), draw(shares)
    rival = None if scratch is None else baseline(draw, SCRATCH)
    fresh = draw(st.booleans())
    lines = {WORDS: words, FROZEN: probe} | ({} if rival is None else {SCRATCH: rival})
    tested = Metrics(100, {"accuracy": Estimate(accuracy, 0.0, 1.0)}, 0.0)
    text = baselines_text.baseline_verdict(lines, tested, fresh=fresh)
    numbers = [100 * probe.headline.value]
    known = [float(probe.layer or 0)]
    for line in (words, probe, *((rival,) if rival else ())):
        known += [100 * abs(line.margin.value), *ends(line.margin), *ends(-line.margin), 100 * accuracy]
    claims: dict[str, bool] = {}
    if not fresh:
        gain = probe.margin
        claims |= {
            r"training added": gain.excludes_zero and gain.value > 0,
            r"this training fell": gain.excludes_zero and gain.value < 0,
            r"what training changed about that could be chance": not gain.excludes_zero,
        }
        numbers += ends(gain)
        judged = words.margin if rival is None else rival.margin
        claims |= {
            r"^Yes": rival is not None and judged.excludes_zero and judged.value > 0,
            r"^Perhaps": rival is None and judged.excludes_zero and judged.value > 0,
            r"^No[, ](?!t)": judged.excludes_zero and judged.value < 0,
            r"^Not seen": not judged.excludes_zero,
        }
        opposite = rival is None and words.margin.high < 0
        claims["counting words is .* better than the run"] = opposite
        if opposite:
            numbers += [100 * abs(words.margin.value), *ends(-words.margin)]
        else:
            numbers += clause(words.margin)[0]
        if rival is not None:
            numbers += [100 * accuracy, *clause(rival.margin)[0]]
    else:
        numbers += clause(words.margin)[0]
        claims["nothing was transferred"] = True
    return Case(text, numbers, known, claims)


@sentence
@st.composite
def baselines_caveats(draw: Draw) -> Case:
    """Caveats of a comparison with baselines."""
    train, validation, test = (draw(counts) for _ in range(3))
    probed, copies = draw(st.integers(1, train)), draw(st.integers(0, 2))
    experiment = ExperimentConfig(
        data=DataConfig(dataset="d" * 20, text="text", label="label"),
        augment=AugmentConfig(copies=copies),
        distil=draw(st.none() | st.just(DistilConfig(teacher="a" * 20))),
    )
    rows = {"train": train, "validation": validation, "test": test}
    notes = " ".join(baselines_text.caveats(experiment, rows, probed))
    shown = ([float(test), 100 / test] if test < SMALL_TEST_SET else []) + (
        [float(validation)] if validation < SMALL_TEST_SET else []
    )
    shown += [float(probed), float(train)] if probed < train else []
    claims = {"altered copies": copies > 0, "frozen probe learned from": probed < train}
    return Case(notes, shown, claims=claims)


@sentence
@st.composite
def paired_comparison(draw: Draw) -> Case:
    """Two runs on their common test rows."""
    outcomes = draw(st.just(()) | split_counts(4))
    difference, rows = draw(differences(st.just(1))), draw(counts)
    unpaired, relabelled = draw(split_counts(2))
    first, second = (draw(estimates(shares)) for _ in range(2))
    metric, factor = draw(st.sampled_from((("accuracy", 100), ("negative MAE", -1))))
    result = PairedComparison(metric, rows, unpaired, relabelled, first, second, difference, tuple(outcomes))
    text = " ".join(result.sentences("one", "two"))
    numbers, claims = clause(difference)
    numbers += [rows, factor * first.value, factor * second.value, *outcomes]
    numbers += [float(number) for number in (unpaired, relabelled) if number]
    sure = difference.excludes_zero
    claims |= {"could be chance": not sure, "more than the chance": sure}
    claims |= {"another label": relabelled > 0, "one of the two only": unpaired > 0}
    needed = difference.rows_needed(rows)
    claims["from chance four times in five"] = needed is not None
    numbers += power(difference, needed, rows)
    return Case(text, numbers, claims=claims)


@sentence
@st.composite
def few_test_rows(draw: Draw) -> Case:
    """The warning about few test rows."""
    rows = draw(st.just(0) | counts)
    few = 0 < rows < SMALL_TEST_SET
    shares = draw(st.booleans())
    shown = [rows, *((100 / rows,) if shares else ())] if few else []
    return Case(small_test_set_note(rows, shares=shares), shown, claims={"Only": few})


@sentence
@st.composite
def search_winner(draw: Draw) -> Case:
    """The winner of a search, and the cheapest candidate that may be as good."""
    behind = [
        Estimate(0.0, 0.0, 0.0),
        *(draw(estimates().filter(lambda gap: gap.value <= 0)) for _ in range(draw(st.integers(0, 2)))),
    ]
    candidates = tuple(
        CandidateScore(
            f"candidate {'abc'[k]}", "", 1, draw(estimates(shares)), gap, draw(st.sampled_from(TIMES))
        )
        for k, gap in enumerate(behind)
    )
    good = min((one for one in candidates if one.as_good), key=lambda one: one.seconds)
    winner, rows = candidates[0], draw(counts)
    tests = {one.name: Metrics(rows, {"accuracy": draw(estimates(shares))}, 0.4) for one in candidates}
    difference = None if good is winner else draw(differences(st.just(1)))
    text = " ".join(Selection("accuracy", candidates, good.name, tests, difference).sentences())
    scores = [winner.validation, tests[winner.name].headline]
    numbers, claims = ([], {}) if difference is None else clause(difference)
    cheaper = any(one.seconds < winner.seconds for one in candidates)
    claims |= {"No cheaper candidate is as good": good is winner and cheaper}
    claims |= {"No candidate is cheaper": not cheaper, "is the cheapest that": good is not winner}
    if good is not winner:
        scores.append(tests[good.name].headline)
        numbers += [good.seconds, winner.seconds]
    numbers += [rows, *(100 * score.value for score in scores)]
    numbers += [end for score in scores for end in ends(score)]
    return Case(text, numbers, claims=claims)


TIMES = (2.0, 20.0, 50.0)
"""Seconds of a training."""
