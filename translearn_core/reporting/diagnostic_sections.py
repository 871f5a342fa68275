"""What each kind of evidence says in a report: the registry of sections, a result in, a section out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from translearn_core import plots
from translearn_core.config import JobKind
from translearn_core.config.studies.labels import lines, titles
from translearn_core.reporting.blocks import Picture, Section, Sheet
from translearn_core.reporting.formatting import percent, within
from translearn_core.reporting.report_data import Material
from translearn_core.results import (
    Baselines,
    Comparison,
    Diagnosis,
    Forgetting,
    LabelCurve,
    ProbeScores,
    Projection,
    Similarity,
    Transferability,
    Trust,
)

INTERVAL = "Bars are 95 % intervals."
DOUBTED = 50
"""Doubtful labels that are listed."""


def data(found: Diagnosis, _: Material) -> Section:
    """Tell what the table holds and what was found in it."""
    pictures = [
        Picture(
            plots.class_counts(found),
            "Rows of each class, and how they were dealt to training, validation and test.",
            Sheet("rows by class", found.frame()),
        )
    ]
    if not found.lengths.empty:
        pictures.append(
            Picture(
                plots.text_lengths(found),
                f"How long the texts are; what is beyond {found.token_limit} tokens is cut off.",
                Sheet("lengths", found.lengths),
            )
        )
    said = tuple(finding.sentence for finding in found.findings)
    return Section("What did it learn from?", said, tuple(pictures))


def baselines(found: Baselines, _: Material) -> Section:
    """Hold the run against what needs no training of the backbone, and against scratch."""
    picture = Picture(
        plots.baseline_dots(found),
        f"Test accuracy of the run and of cheaper ways, on the same {found.n_test:,} rows. {INTERVAL} "
        "Diamonds do better than the run by more than chance.",
        Sheet("baselines", found.frame()),
    )
    harms = tuple(line.harm for line in found.lines if line.harm)
    said = (found.sentence, *(line.verdict for line in found.lines))
    return Section("Did transfer help?", said, (picture,), alarms=harms, caveats=found.caveats)


def probes(found: ProbeScores, _: Material) -> Section:
    """Tell what a linear classifier finds in each layer."""
    picture = Picture(
        plots.probe_lines(found),
        f"Test accuracy of a linear classifier on each layer; layer 0 is the embeddings. {INTERVAL} Where "
        "the lines part, training changed what the layer knows.",
        Sheet("probes", found.frame()),
    )
    return Section(f"What does each layer know{_of(found.about)}?", found.sentences, (picture,))


def similarity(found: Similarity, about: Material) -> Section:
    """Tell how far the layers are from where they started."""
    lines = Picture(
        plots.similarity_lines(found, about.drift),
        "How alike each layer is before and after training (debiased CKA: 1 is the same arrangement of the "
        "texts). Below the dashed line it changed more than another seed would change it.",
        Sheet("layers", found.frame()),
    )
    pairs = Picture(
        plots.similarity_map(found),
        "Each layer before training (down) against each after it (across). Where the diagonal fades, that "
        "layer was changed.",
        Sheet("pairs of layers", found.pairs()),
    )
    return Section("What moved inside?", (found.sentence,), (lines, pairs))


def forgetting(found: Forgetting, _: Material) -> Section:
    """Tell what the backbone can no longer do."""
    picture = Picture(
        plots.forgotten(found),
        f"Changes about a zero line; left of it something was lost. {INTERVAL} Open circles could be chance.",
        Sheet("changes", found.changes()),
    )
    sheets = (Sheet("sentence pairs that changed most", found.most_changed()),)
    return Section("What was lost?", found.sentences(), (picture,), sheets)


def trust(found: Trust, _: Material) -> Section:
    """Tell what a probability is worth and where it errs."""
    pictures = [
        Picture(
            plots.reliability_diagram(found),
            "Each bar holds the texts it was about so sure of; its height is how many of those it got right. "
            f"On the dashed line it is right as often as it is sure. {INTERVAL}",
            Sheet("reliability", found.bins),
        ),
        Picture(
            plots.coverage_curve(found),
            "The surer it must be to answer, the fewer texts are answered, and the more of those are right.",
            Sheet("coverage", found.coverage),
        ),
    ]
    if not found.slices.empty:
        pictures.append(
            Picture(
                plots.slice_dots(found),
                "Accuracy on parts of the test rows, the weakest on top. Diamonds differ from all other rows "
                f"by more than chance. {INTERVAL}",
                Sheet("slices", found.slices),
            )
        )
    sheets = (
        Sheet("calibration", found.frame()),
        Sheet("labels to read again", found.suspects.head(DOUBTED)),
        Sheet("what is taken for what", found.pairs),
    )
    filled = tuple(sheet for sheet in sheets if not sheet.frame.empty)
    title = "Can its confidence be believed, and where does it err?"
    return Section(title, found.sentences[:4], tuple(pictures), filled, caveats=found.sentences[4:])


def embeddings(found: Projection, _: Material) -> Section:
    """Show the same texts before and after training."""
    pictures = tuple(
        Picture(
            plots.projection(found, v, "label"),
            _seen(found, v),
            Sheet(f"points, {variant}", found.frame()),
        )
        for v, variant in enumerate(found.variants)
    )
    told = ", ".join(f"{name} {value}" for name, value in found.settings.items())
    part = "All" if len(found.row) == found.total else f"{len(found.row):,} of"
    how = (
        f"{part} {found.total:,} texts in one layer as a plane picture ({told}). A picture is no evidence: "
        "read the shares of neighbours."
    )
    return Section("How do the texts lie?", tuple(filter(None, (found.sentence, how))), pictures)


def _seen(found: Projection, variant: int) -> str:
    """Say what a picture shows to who cannot see it, and what to make of it."""
    near = found.nearness[variant]
    seen = f"{len(found.shown):,} texts as points, {found.variants[variant]}, coloured by label."
    if not np.isnan(near.purity):
        seen += (
            f" Of a test text's ten nearest neighbours, in full width, {percent(near.purity)} "
            f"{within(near.interval)} carry its label."
        )
    if not np.isnan(near.trustworthiness):
        seen += f" The picture shows who is near whom to {near.trustworthiness:.2f}, where 1 is entirely."
    return f"{seen} Only nearness means something, not the axes."


def label_curve(found: LabelCurve, _: Material) -> Section:
    """Tell what each label is worth with transfer and without."""
    picture = Picture(
        plots.label_curve(found),
        f"Test accuracy by number of training labels, on the same {found.n_test:,} test rows. {INTERVAL}",
        Sheet("label curve", found.frame()),
    )
    return Section("What is each label worth?", found.sentences, (picture,))


def transferability(found: Transferability, _: Material) -> Section:
    """Tell how well the layers suited the task before training."""
    picture = Picture(
        plots.layer_ratings(found),
        "LogME, a score found in seconds without training, beside the accuracy of a probe.",
        Sheet("layer ratings", found.frame()),
    )
    return Section("How well did the backbone suit the task?", (found.sentence,), (picture,))


def study(compared: Comparison, about: Material) -> Section:
    """Tell how the ways of a study compare."""
    called = titles(about.cells)
    found = compared.called(lambda name: called.get(name, name))
    numbers = found.frame().rename(columns={"cell": "way"})
    pictures = [
        Picture(
            plots.study_cells(found),
            f"Mean test accuracy of each way. {INTERVAL} Filled dots differ from {found.baseline} by more "
            "than chance; among twenty, one looks different by chance alone.",
            Sheet("comparison", numbers),
        )
    ]
    if about.study is not None and len(about.study.boundaries) > 1:
        pictures.append(
            Picture(
                plots.depth_curve(found, lines(about.cells, "boundary")),
                "Test accuracy, and below it the seconds a run takes, by the lowest block that trains. "
                f"{INTERVAL} Where the upper curve is flat, training deeper costs time and gains nothing "
                "that could not be chance.",
                Sheet("comparison by depth", numbers.sort_values("boundary", ascending=False)),
            )
        )
    if about.study is not None and len(about.study.sizes) > 1:
        pictures.append(
            Picture(
                plots.size_curve(found, lines(about.cells, "rows")),
                f"Test accuracy by number of training rows. {INTERVAL} Where lines cross, the better way "
                "changes.",
                Sheet("comparison by rows", numbers.sort_values("training rows")),
            )
        )
    harms = tuple(cell.harm.sentence for cell in found.cells if cell.harm)
    return Section("How do the ways compare?", found.sentences(), tuple(pictures), alarms=harms)


@dataclass(frozen=True)
class Evidence:
    """What a kind of job adds: what it is called, its kind of result, and how that becomes a section."""

    called: str
    result: type[Any]
    section: Callable[[Any, Material], Section]


EVIDENCE: dict[JobKind, Evidence] = {
    JobKind.COMPARE: Evidence("the comparison", Comparison, study),
    JobKind.DIAGNOSE: Evidence("what was found in the data", Diagnosis, data),
    JobKind.BASELINES: Evidence("baselines", Baselines, baselines),
    JobKind.CURVE: Evidence("the label curve", LabelCurve, label_curve),
    JobKind.PROBE: Evidence("probes", ProbeScores, probes),
    JobKind.SIMILARITY: Evidence("what moved inside", Similarity, similarity),
    JobKind.FORGETTING: Evidence("what was lost", Forgetting, forgetting),
    JobKind.TRUST: Evidence("trust in its confidence", Trust, trust),
    JobKind.PROJECT: Evidence("the picture of the texts", Projection, embeddings),
    JobKind.TRANSFERABILITY: Evidence("ratings before training", Transferability, transferability),
}
"""What can be in a report, in its order."""


def _of(what: str) -> str:
    return f" of {what}" if what else ""
