"""Report sections of diagnostics, and their registry by kind of job."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from translearn_core import plots
from translearn_core.config import JobKind
from translearn_core.config.studies.labels import cell_titles, group_labels
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import within
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
from translearn_core.results.estimate import percent

INTERVAL = "Bars are 95 % intervals."
MAX_LABEL_ISSUES = 50
"""Most label issues listed."""


def data_profile(diagnosis: Diagnosis, _: ReportData) -> Section:
    """Return the section on the data and its findings."""
    pictures = [
        FigureBlock(
            plots.class_counts(diagnosis),
            "Rows of each class, and the train/validation/test split.",
            TableBlock("rows by class", diagnosis.frame()),
        )
    ]
    if not diagnosis.lengths.empty:
        pictures.append(
            FigureBlock(
                plots.text_lengths(diagnosis),
                f"How long the texts are; what is beyond {diagnosis.token_limit} tokens is cut off.",
                TableBlock("lengths", diagnosis.lengths),
            )
        )
    sentences = tuple(finding.sentence for finding in diagnosis.findings)
    return Section("What did it learn from?", sentences, tuple(pictures))


def baselines(result: Baselines, _: ReportData) -> Section:
    """Return the section on the baselines."""
    picture = FigureBlock(
        plots.baseline_dots(result),
        f"Test accuracy of the run and of its baselines, on the same {result.n_test:,} rows. {INTERVAL} "
        "Diamonds do better than the run by more than chance.",
        TableBlock("baselines", result.frame()),
    )
    alarms = tuple(line.negative_transfer for line in result.lines if line.negative_transfer)
    sentences = (result.sentence, *(line.verdict for line in result.lines))
    return Section("Did transfer help?", sentences, (picture,), alarms=alarms, caveats=result.caveats)


def probes(scores: ProbeScores, _: ReportData) -> Section:
    """Return the section on linear probing."""
    picture = FigureBlock(
        plots.probe_lines(scores),
        f"Test accuracy of a linear classifier on each layer; layer 0 is the embeddings. {INTERVAL} Where "
        "the lines part, training changed what the layer knows.",
        TableBlock("probes", scores.frame()),
    )
    return Section(
        f"Linear probing: what does each layer know{_of(scores.target)}?", scores.sentences, (picture,)
    )


def similarity(result: Similarity, data: ReportData) -> Section:
    """Return the section on representation similarity (CKA)."""
    lines = FigureBlock(
        plots.similarity_lines(result, data.drift),
        "Representation similarity of each layer before and after training (debiased CKA: 1 is the same "
        "arrangement of the texts). Below the dashed line it changed more than another seed would change it.",
        TableBlock("layers", result.frame()),
    )
    pairs = FigureBlock(
        plots.similarity_map(result),
        "Each layer before training (down) against each after it (across). Where the diagonal fades, that "
        "layer was changed.",
        TableBlock("pairs of layers", result.pairs()),
    )
    return Section("Representation similarity (CKA): what moved inside?", (result.sentence,), (lines, pairs))


def forgetting(result: Forgetting, _: ReportData) -> Section:
    """Return the section on catastrophic forgetting."""
    picture = FigureBlock(
        plots.forgetting_bars(result),
        f"Changes about a zero line; left of it something was lost. {INTERVAL} Open circles could be chance.",
        TableBlock("changes", result.changes()),
    )
    sheets = (TableBlock("sentence pairs that changed most", result.most_changed()),)
    return Section("Catastrophic forgetting: what was lost?", result.sentences(), (picture,), sheets)


def error_analysis(analysis: ErrorAnalysis, _: ReportData) -> Section:
    """Return the section on calibration and errors."""
    pictures = [
        FigureBlock(
            plots.reliability_diagram(analysis),
            "Reliability diagram (calibration): each bar holds the texts it was about so sure of; its height "
            f"is the accuracy on those. The dashed line is perfect calibration. {INTERVAL}",
            TableBlock("reliability", analysis.bins),
        ),
        FigureBlock(
            plots.risk_coverage_curve(analysis),
            "Risk-coverage curve: the surer it must be to answer, the fewer texts are answered, and the "
            "more of those are right.",
            TableBlock("coverage", analysis.coverage),
        ),
    ]
    if not analysis.slices.empty:
        pictures.append(
            FigureBlock(
                plots.slice_accuracies(analysis),
                "Accuracy on parts of the test rows, the weakest on top. Diamonds differ from all other rows "
                f"by more than chance. {INTERVAL}",
                TableBlock("slices", analysis.slices),
            )
        )
    tables = (
        TableBlock("calibration", analysis.frame()),
        TableBlock("label issues (labels to read again)", analysis.suspects.head(MAX_LABEL_ISSUES)),
        TableBlock("most confused classes", analysis.pairs),
    )
    filled = tuple(table for table in tables if not table.frame.empty)
    title = "Calibration and errors: can its confidence be believed, and where does it err?"
    return Section(title, analysis.sentences[:4], tuple(pictures), filled, caveats=analysis.sentences[4:])


def projection(result: Projection, _: ReportData) -> Section:
    """Return the section on the 2-D projections."""
    pictures = tuple(
        FigureBlock(
            plots.projection(result, v, "label"),
            _caption(result, v),
            TableBlock(f"points, {variant}", result.frame()),
        )
        for v, variant in enumerate(result.variants)
    )
    settings = ", ".join(f"{name} {value}" for name, value in result.settings.items())
    part = "All" if len(result.row) == result.total else f"{len(result.row):,} of"
    note = (
        f"{part} {result.total:,} texts in one layer as a plane picture ({settings}). A picture is no "
        "evidence: read the shares of neighbours."
    )
    return Section(
        "2-D projection: how do the texts lie?", tuple(filter(None, (result.sentence, note))), pictures
    )


def _caption(projection: Projection, variant: int) -> str:
    """Return the caption of one projection, which also describes it without the figure."""
    quality = projection.nearness[variant]
    caption = f"{len(projection.shown):,} texts as points, {projection.variants[variant]}, coloured by label."
    if not np.isnan(quality.purity.value):
        caption += (
            " 10-nearest-neighbour label agreement of test texts, in full width: "
            f"{percent(quality.purity.value)} {within(quality.purity)}."
        )
    if not np.isnan(quality.trustworthiness):
        caption += (
            f" The picture shows who is near whom to {quality.trustworthiness:.2f}, where 1 is entirely."
        )
    return f"{caption} Only nearness means something, not the axes."


def label_efficiency(curve: LabelEfficiency, _: ReportData) -> Section:
    """Return the section on label efficiency."""
    picture = FigureBlock(
        plots.label_efficiency(curve),
        f"Test accuracy by number of training labels, on the same {curve.n_test:,} test rows. {INTERVAL}",
        TableBlock("label efficiency", curve.frame()),
    )
    return Section("Label efficiency: what is each label worth?", curve.sentences, (picture,))


def transferability(ratings: Transferability, _: ReportData) -> Section:
    """Return the section on transferability scores."""
    picture = FigureBlock(
        plots.layer_ratings(ratings),
        "LogME, a transferability score found in seconds without training, beside the accuracy of a probe.",
        TableBlock("layer ratings", ratings.frame()),
    )
    return Section(
        "Transferability: how well did the backbone suit the task?", (ratings.sentence,), (picture,)
    )


def study(result: Comparison, data: ReportData) -> Section:
    """Return the section that compares the arms of a study."""
    titles = cell_titles(data.cells)
    comparison = result.called(lambda name: titles.get(name, name))
    numbers = comparison.frame().rename(columns={"cell": "way"})
    pictures = [
        FigureBlock(
            plots.study_cells(comparison),
            f"Mean test accuracy of each way. {INTERVAL} Filled dots differ from {comparison.baseline} by "
            "more than chance; among twenty, one looks different by chance alone.",
            TableBlock("comparison", numbers),
        )
    ]
    if data.study is not None and len(data.study.boundaries) > 1:
        pictures.append(
            FigureBlock(
                plots.depth_curve(comparison, group_labels(data.cells, "boundary")),
                "Test accuracy, and below it the seconds a run takes, by the lowest block that trains. "
                f"{INTERVAL} Where the upper curve is flat, training deeper costs time and gains nothing "
                "that could not be chance.",
                TableBlock("comparison by depth", numbers.sort_values("boundary", ascending=False)),
            )
        )
    if data.study is not None and len(data.study.sizes) > 1:
        pictures.append(
            FigureBlock(
                plots.size_curve(comparison, group_labels(data.cells, "rows")),
                f"Test accuracy by number of training rows. {INTERVAL} Where lines cross, the better way "
                "changes.",
                TableBlock("comparison by rows", numbers.sort_values("training rows")),
            )
        )
    alarms = tuple(arm.harm.sentence for arm in comparison.cells if arm.harm)
    return Section("How do the ways compare?", comparison.sentences(), tuple(pictures), alarms=alarms)


@dataclass(frozen=True)
class DiagnosticSection:
    """Section of a kind of job: its name, the type of its result, and the function that builds it."""

    called: str
    result: type[Any]
    section: Callable[[Any, ReportData], Section]


DIAGNOSTIC_SECTIONS: dict[JobKind, DiagnosticSection] = {
    JobKind.COMPARE: DiagnosticSection("the comparison", Comparison, study),
    JobKind.DIAGNOSE: DiagnosticSection("what was found in the data", Diagnosis, data_profile),
    JobKind.BASELINES: DiagnosticSection("baselines", Baselines, baselines),
    JobKind.LABEL_EFFICIENCY: DiagnosticSection("label efficiency", LabelEfficiency, label_efficiency),
    JobKind.PROBE: DiagnosticSection("probes", ProbeScores, probes),
    JobKind.SIMILARITY: DiagnosticSection("what moved inside", Similarity, similarity),
    JobKind.FORGETTING: DiagnosticSection("what was lost", Forgetting, forgetting),
    JobKind.ERROR_ANALYSIS: DiagnosticSection("trust in its confidence", ErrorAnalysis, error_analysis),
    JobKind.PROJECTION: DiagnosticSection("the picture of the texts", Projection, projection),
    JobKind.TRANSFERABILITY: DiagnosticSection("ratings before training", Transferability, transferability),
}
"""Section of each kind of job, in the order of the report."""


def _of(target: str) -> str:
    return f" of {target}" if target else ""
