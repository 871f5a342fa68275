"""What each kind of evidence says in a report: the registry of sections, a result in, a section out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from translearn_core import plots
from translearn_core.config import JobKind
from translearn_core.config.studies.labels import cell_titles, group_labels
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import percent, within
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import (
    Baselines,
    Comparison,
    Diagnosis,
    ErrorAnalysis,
    Forgetting,
    LabelEfficiency,
    ProbeScores,
    Projection,
    Similarity,
    Transferability,
)

INTERVAL = "Bars are 95 % intervals."
DOUBTED = 50
"""Doubtful labels that are listed."""


def data(found: Diagnosis, _: ReportData) -> Section:
    """Tell what the table holds and what was found in it."""
    pictures = [
        FigureBlock(
            plots.class_counts(found),
            "Rows of each class, and how they were dealt to training, validation and test.",
            TableBlock("rows by class", found.frame()),
        )
    ]
    if not found.lengths.empty:
        pictures.append(
            FigureBlock(
                plots.text_lengths(found),
                f"How long the texts are; what is beyond {found.token_limit} tokens is cut off.",
                TableBlock("lengths", found.lengths),
            )
        )
    said = tuple(finding.sentence for finding in found.findings)
    return Section("What did it learn from?", said, tuple(pictures))


def baselines(found: Baselines, _: ReportData) -> Section:
    """Hold the run against what needs no training of the backbone, and against scratch."""
    picture = FigureBlock(
        plots.baseline_dots(found),
        f"Test accuracy of the run and of cheaper ways, on the same {found.n_test:,} rows. {INTERVAL} "
        "Diamonds do better than the run by more than chance.",
        TableBlock("baselines", found.frame()),
    )
    harms = tuple(line.negative_transfer for line in found.lines if line.negative_transfer)
    said = (found.sentence, *(line.verdict for line in found.lines))
    return Section("Did transfer help?", said, (picture,), alarms=harms, caveats=found.caveats)


def probes(found: ProbeScores, _: ReportData) -> Section:
    """Tell what a linear classifier finds in each layer."""
    picture = FigureBlock(
        plots.probe_lines(found),
        f"Test accuracy of a linear classifier on each layer; layer 0 is the embeddings. {INTERVAL} Where "
        "the lines part, training changed what the layer knows.",
        TableBlock("probes", found.frame()),
    )
    return Section(f"What does each layer know{_of(found.target)}?", found.sentences, (picture,))


def similarity(found: Similarity, about: ReportData) -> Section:
    """Tell how far the layers are from where they started."""
    lines = FigureBlock(
        plots.similarity_lines(found, about.drift),
        "How alike each layer is before and after training (debiased CKA: 1 is the same arrangement of the "
        "texts). Below the dashed line it changed more than another seed would change it.",
        TableBlock("layers", found.frame()),
    )
    pairs = FigureBlock(
        plots.similarity_map(found),
        "Each layer before training (down) against each after it (across). Where the diagonal fades, that "
        "layer was changed.",
        TableBlock("pairs of layers", found.pairs()),
    )
    return Section("What moved inside?", (found.sentence,), (lines, pairs))


def forgetting(found: Forgetting, _: ReportData) -> Section:
    """Tell what the backbone can no longer do."""
    picture = FigureBlock(
        plots.forgetting_bars(found),
        f"Changes about a zero line; left of it something was lost. {INTERVAL} Open circles could be chance.",
        TableBlock("changes", found.changes()),
    )
    sheets = (TableBlock("sentence pairs that changed most", found.most_changed()),)
    return Section("What was lost?", found.sentences(), (picture,), sheets)


def trust(found: ErrorAnalysis, _: ReportData) -> Section:
    """Tell what a probability is worth and where it errs."""
    pictures = [
        FigureBlock(
            plots.reliability_diagram(found),
            "Each bar holds the texts it was about so sure of; its height is how many of those it got right. "
            f"On the dashed line it is right as often as it is sure. {INTERVAL}",
            TableBlock("reliability", found.bins),
        ),
        FigureBlock(
            plots.risk_coverage_curve(found),
            "The surer it must be to answer, the fewer texts are answered, and the more of those are right.",
            TableBlock("coverage", found.coverage),
        ),
    ]
    if not found.slices.empty:
        pictures.append(
            FigureBlock(
                plots.slice_accuracies(found),
                "Accuracy on parts of the test rows, the weakest on top. Diamonds differ from all other rows "
                f"by more than chance. {INTERVAL}",
                TableBlock("slices", found.slices),
            )
        )
    sheets = (
        TableBlock("calibration", found.frame()),
        TableBlock("labels to read again", found.suspects.head(DOUBTED)),
        TableBlock("what is taken for what", found.pairs),
    )
    filled = tuple(sheet for sheet in sheets if not sheet.frame.empty)
    title = "Can its confidence be believed, and where does it err?"
    return Section(title, found.sentences[:4], tuple(pictures), filled, caveats=found.sentences[4:])


def embeddings(found: Projection, _: ReportData) -> Section:
    """Show the same texts before and after training."""
    pictures = tuple(
        FigureBlock(
            plots.projection(found, v, "label"),
            _seen(found, v),
            TableBlock(f"points, {variant}", found.frame()),
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


def label_curve(found: LabelEfficiency, _: ReportData) -> Section:
    """Tell what each label is worth with transfer and without."""
    picture = FigureBlock(
        plots.label_efficiency(found),
        f"Test accuracy by number of training labels, on the same {found.n_test:,} test rows. {INTERVAL}",
        TableBlock("label curve", found.frame()),
    )
    return Section("What is each label worth?", found.sentences, (picture,))


def transferability(found: Transferability, _: ReportData) -> Section:
    """Tell how well the layers suited the task before training."""
    picture = FigureBlock(
        plots.layer_ratings(found),
        "LogME, a score found in seconds without training, beside the accuracy of a probe.",
        TableBlock("layer ratings", found.frame()),
    )
    return Section("How well did the backbone suit the task?", (found.sentence,), (picture,))


def study(compared: Comparison, about: ReportData) -> Section:
    """Tell how the ways of a study compare."""
    called = cell_titles(about.cells)
    found = compared.called(lambda name: called.get(name, name))
    numbers = found.frame().rename(columns={"cell": "way"})
    pictures = [
        FigureBlock(
            plots.study_cells(found),
            f"Mean test accuracy of each way. {INTERVAL} Filled dots differ from {found.baseline} by more "
            "than chance; among twenty, one looks different by chance alone.",
            TableBlock("comparison", numbers),
        )
    ]
    if about.study is not None and len(about.study.boundaries) > 1:
        pictures.append(
            FigureBlock(
                plots.depth_curve(found, group_labels(about.cells, "boundary")),
                "Test accuracy, and below it the seconds a run takes, by the lowest block that trains. "
                f"{INTERVAL} Where the upper curve is flat, training deeper costs time and gains nothing "
                "that could not be chance.",
                TableBlock("comparison by depth", numbers.sort_values("boundary", ascending=False)),
            )
        )
    if about.study is not None and len(about.study.sizes) > 1:
        pictures.append(
            FigureBlock(
                plots.size_curve(found, group_labels(about.cells, "rows")),
                f"Test accuracy by number of training rows. {INTERVAL} Where lines cross, the better way "
                "changes.",
                TableBlock("comparison by rows", numbers.sort_values("training rows")),
            )
        )
    harms = tuple(cell.harm.sentence for cell in found.cells if cell.harm)
    return Section("How do the ways compare?", found.sentences(), tuple(pictures), alarms=harms)


@dataclass(frozen=True)
class DiagnosticSection:
    """What a kind of job adds: what it is called, its kind of result, and how that becomes a section."""

    called: str
    result: type[Any]
    section: Callable[[Any, ReportData], Section]


DIAGNOSTIC_SECTIONS: dict[JobKind, DiagnosticSection] = {
    JobKind.COMPARE: DiagnosticSection("the comparison", Comparison, study),
    JobKind.DIAGNOSE: DiagnosticSection("what was found in the data", Diagnosis, data),
    JobKind.BASELINES: DiagnosticSection("baselines", Baselines, baselines),
    JobKind.LABEL_EFFICIENCY: DiagnosticSection("the label curve", LabelEfficiency, label_curve),
    JobKind.PROBE: DiagnosticSection("probes", ProbeScores, probes),
    JobKind.SIMILARITY: DiagnosticSection("what moved inside", Similarity, similarity),
    JobKind.FORGETTING: DiagnosticSection("what was lost", Forgetting, forgetting),
    JobKind.ERROR_ANALYSIS: DiagnosticSection("trust in its confidence", ErrorAnalysis, trust),
    JobKind.PROJECTION: DiagnosticSection("the picture of the texts", Projection, embeddings),
    JobKind.TRANSFERABILITY: DiagnosticSection("ratings before training", Transferability, transferability),
}
"""What can be in a report, in its order."""


def _of(what: str) -> str:
    return f" of {what}" if what else ""
