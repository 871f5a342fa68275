"""Sentences on transfer between domains."""

import pandas as pd
from hypothesis import strategies as st

from tests.sentences.outcomes import counts, ends, estimates, shares, signed
from tests.sentences.reading import Case, sentence
from translearn_core.config.domains import ALL_BUT, TOGETHER
from translearn_core.results.costs.study_cost import ArmCost, StudyCost
from translearn_core.results.diagnostics.transfer_matrix import (
    DISTANCES,
    FROZEN_PROBE,
    TFIDF_MODEL,
    DistanceAgreement,
)
from translearn_core.results.metric import metric_of
from translearn_core.results.text_languages import TextLanguages
from translearn_core.worker.diagnostics.sentences import languages_text
from translearn_core.worker.diagnostics.sentences import transfer_matrix_text as texts

Draw = st.DrawFn
DOMAINS = ("books", "kitchen", "music")


@sentence
@st.composite
def way_to_domain(draw: Draw) -> Case:
    """What is lost or gained on the way from one domain to another."""
    loss = draw(estimates())
    cell = pd.Series(
        {
            "source": "books",
            "target": "kitchen",
            "loss": loss.value,
            "loss low": loss.low,
            "loss high": loss.high,
        }
    )
    metric = metric_of(draw(st.sampled_from(("accuracy", "mae"))))
    factor = 100 if metric.share else 1
    nothing = not round(factor * loss.value, 1 if metric.share else 3)
    gained = loss.value < 0 and not nothing
    sign = -factor if gained else factor
    low, high = sorted(end * sign for end in (loss.low, loss.high))
    sure = loss.low > 0 or loss.high < 0
    return Case(
        texts._crossing(cell, metric),
        [sign * loss.value, low, high],
        claims={
            "it gains": gained,
            "it loses": not gained,
            "loses nothing": nothing,
            "could be chance": not sure and not nothing,
        },
    )


def frame(draw: Draw) -> pd.DataFrame:
    """Cells of a probe and of TF-IDF, with all sources."""
    lines = []
    for model in (FROZEN_PROBE, TFIDF_MODEL):
        for source in (*DOMAINS, TOGETHER, *(ALL_BUT + name for name in DOMAINS)):
            for target in DOMAINS:
                loss = draw(estimates()) if source != target else None
                lines.append(
                    {
                        "model": model, "source": source, "target": target, "score": draw(shares),
                        "seeds": 1, "loss": None if loss is None else loss.value,
                        "loss low": None if loss is None else loss.low,
                        "loss high": None if loss is None else loss.high,
                    }
                )  # fmt: skip
    return pd.DataFrame(lines).astype({"loss": float, "loss low": float, "loss high": float})


@sentence
@st.composite
def ways_that_lose(draw: Draw) -> Case:
    """How many of the ways from domain to domain lose more than chance explains."""
    cells = frame(draw)
    metric = metric_of("accuracy")
    said = texts.matrix_sentences(cells, (), metric, metric)
    single = cells[(cells["model"] == FROZEN_PROBE) & cells["source"].isin(DOMAINS) & cells["loss"].notna()]
    sure = (single["loss low"] > 0).sum()
    assert not sure or "could be chance" not in said[0]
    shown = [len(single), sure] if sure else [len(single)]
    return Case(
        said[2], shown, claims={"none loses": not sure, "1 loses": sure == 1, r"\d lose more": sure > 1}
    )


@sentence
@st.composite
def loss_of_nothing(draw: Draw) -> Case:
    """A loss that rounds to zero has no sign, and a negative end a minus sign."""
    value = draw(st.floats(-0.0004, 0.0))
    loss = {"loss": value, "loss low": -0.02, "loss high": 0.0004}
    cell = pd.Series({"source": "books", "target": "kitchen", **loss})
    said = texts._crossing(cell, metric_of("accuracy"))
    assert "-" not in said
    assert "−0.0" not in said
    return Case(said, [0.0, -2.0], known=[100 * abs(value), 0.04, -0.04])


@sentence
@st.composite
def several_sources(draw: Draw) -> Case:
    """All domains together, and all but the tested one, beside each at home."""
    cells = frame(draw)
    frozen = cells[cells["model"] == FROZEN_PROBE]
    home = frozen[frozen["source"] == frozen["target"]]["score"].mean()
    together = frozen[frozen["source"] == TOGETHER]["score"].mean()
    others = frozen[frozen["source"] == ALL_BUT + frozen["target"]]["score"].mean()
    said = texts._more_sources(frozen, metric_of("accuracy"))
    assert len(said) == 2
    return Case(" ".join(said), [100 * together, 100 * others, 100 * home])


@sentence
@st.composite
def words_on_the_way(draw: Draw) -> Case:
    """The frozen probe beside TF-IDF on the way to another domain."""
    cells = frame(draw)
    other = cells[cells["source"].isin(DOMAINS) & (cells["source"] != cells["target"])]
    probe, words = (other[other["model"] == m]["score"].mean() for m in (FROZEN_PROBE, TFIDF_MODEL))
    single = other[other["model"] == FROZEN_PROBE]
    return Case(
        texts._against_words(cells, single, metric_of("accuracy")),
        [100 * probe, 100 * words],
        claims={"It does better than the backbone": words > probe},
        names=["TF-IDF"],
    )


@sentence
@st.composite
def runs_on_the_way(draw: Draw) -> Case:
    """Trained models on the way to another domain and at home."""
    cells = frame(draw)
    cells = cells[cells["model"] == FROZEN_PROBE].assign(model="Last two blocks")
    seeded = DOMAINS[: draw(st.integers(0, 3))]  # with two seeds
    cells["seeds"] = 1 + cells["source"].isin(seeded)
    single = cells[cells["source"].isin(DOMAINS)]
    other, home = (single[(single["source"] != single["target"]) == away] for away in (True, False))
    several = other[other["source"].isin(seeded) & other["target"].isin(seeded)]
    sure = (several["loss low"] > 0).sum()
    return Case(
        texts._trained(cells, metric_of("accuracy")),
        [
            100 * other["score"].mean(),
            100 * home["score"].mean(),
            *([len(several), *([sure] if sure else [])] if len(several) else []),
        ],
        claims={"one seed does not tell": several.empty, "none loses": not several.empty and not sure},
    )


@sentence
@st.composite
def distance_and_loss(draw: Draw) -> Case:
    """Whether a distance of domains tells the loss."""
    tau, n, domains = draw(estimates(signed)), draw(counts), draw(st.integers(5, 50))
    known = draw(st.booleans())
    nothing = type(tau)(float("nan"), float("nan"), float("nan"))
    one = DistanceAgreement(draw(st.sampled_from(DISTANCES)), n, tau if known else nothing, domains)
    shown = [n, domains, tau.value, *ends(tau, 1)] if known else []
    return Case(
        texts._agreement(one),
        shown,
        claims={
            "tells which transfers lose more": known and tau.low > 0,
            "does not tell": known and tau.low <= 0,
            "tells nothing": not known,
        },
    )


@sentence
@st.composite
def distances_of_few_domains(draw: Draw) -> Case:
    """With fewer domains than a distance is judged by there is no verdict."""
    domains = draw(st.integers(2, 8))
    some = [
        DistanceAgreement(name, domains * (domains - 1), draw(estimates(signed)), domains)
        for name in DISTANCES
    ]
    few = domains < texts.FEWEST_DOMAINS
    said = texts._agreements(some)
    assert len(said) == (1 if few else len(DISTANCES))
    assert texts._agreements([DistanceAgreement("MMD", 6, some[0].tau)]) == []
    return Case(
        said[0],
        [domains],
        known=[texts.FEWEST_DOMAINS, some[0].n, some[0].tau.value, *ends(some[0].tau, 1)],
        claims={"takes 5 domains or more": few},
    )


def languages(draw: Draw) -> TextLanguages:
    """Texts of no to four languages, with guesses and empty cells."""
    names = ("English", "Chinese", "Russian", "German")[: draw(st.integers(0, 4))]
    texts = [draw(st.integers(20, 2_000)) for _ in names]
    without, foreign = draw(st.integers(0, 30)), draw(st.integers(0, 19))
    rows = sum(texts) + without + foreign + draw(st.integers(1, 5)) * (not names)
    found = pd.DataFrame(
        {
            "language": [name[:2].lower() for name in names], "name": names, "texts": texts,
            "share": [number / rows for number in texts],
            "uncertain": [draw(st.integers(0, min(3, number))) for number in texts],
        }
    )  # fmt: skip
    others = {"Spanish": foreign} if foreign else {}
    return TextLanguages((), without, others, found, pd.DataFrame(index=range(rows)), pd.DataFrame())


@sentence
@st.composite
def languages_of_texts(draw: Draw) -> Case:
    """Which languages the texts are in."""
    result = languages(draw)
    count = len(result.languages)
    shares_shown = [100 * share for share in result.languages["share"]]
    shown = [len(result.rows), *shares_shown, *[count] * (count > 1)]
    return Case(
        languages_text.found(result),
        shown,
        claims={"in one language": count == 1, "No language was identified": count == 0},
    )


@sentence
@st.composite
def guessed_languages(draw: Draw) -> Case:
    """How many languages are guesses."""
    result = languages(draw)
    number = result.uncertain
    shown = [number, 100 * number / len(result.rows)] if number else []
    claims = {"is a guess": number == 1, "are guesses": number > 1}
    return Case(languages_text.uncertain(result), shown, [15], claims=claims)


@sentence
@st.composite
def texts_without_language(draw: Draw) -> Case:
    """Which texts get no language."""
    result = languages(draw)
    foreign = sum(result.others.values())
    says = not result.languages.empty
    shown = [number for number in (result.without_letters, foreign) if number and says]
    claims = {"without a letter": says and result.without_letters > 0, "Spanish": says and foreign > 0}
    return Case(languages_text.empty(result), shown, claims=claims)


@sentence
@st.composite
def cost_of_a_way(draw: Draw) -> Case:
    """Time of the runs of a way, and of the pre-training before them."""
    runs, each, before = draw(counts), draw(st.integers(1, 89)), draw(st.integers(0, 89))
    arm = ArmCost("CORAL", runs, float(runs * each), float(before))
    shown = [each, runs, *([before] if before else [])]
    return Case(arm.sentence(), shown, claims={"of pre-training, once": before > 0})


@sentence
@st.composite
def cost_of_a_study(draw: Draw) -> Case:
    """Time of all runs of a study, those of several ways together."""
    seconds = draw(st.lists(st.integers(0, 20), min_size=1, max_size=4))
    runs = [draw(st.integers(1, 400)) for _ in seconds]
    arms = [ArmCost(f"way {k}", n, float(s)) for k, (n, s) in enumerate(zip(runs, seconds, strict=True))]
    return Case(StudyCost("way", tuple(arms)).summary(), [sum(runs), max(1, sum(seconds))])
