"""Section on linear probing."""

from translearn_core import plots
from translearn_core.jobs import PROBE
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import ProbeScores
from translearn_core.results.metric import metric_of

CHOICE = (
    "The best layers, and each probe's C (its inverse regularisation strength), are chosen by "
    "cross-validation on the training rows, never on test. For the fine-tuned model that cross-validation is "
    "optimistic, because it was trained on those labels: use its test score."
)
"""Selection of the best layers and of C, and its bias."""
SELECTIVITY = (
    "Small panel: each bar reaches from the score on the control task (random labels) to that on the real "
    "one; its length is the selectivity."
)

CODE = (
    "Online code length of the training labels (minimum description length): each portion of the rows, from "
    "0.1 % on, is sent by a probe of the portions before it. A low line is a layer that is read rightly from "
    "few rows. Intervals are over random orders of the rows. For the fine-tuned model, which has seen these "
    "labels, it is too short."
)
"""What a code length is, and its bias."""


def section(scores: ProbeScores, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the score of a linear model on each layer."""
    controls = f" {SELECTIVITY}" if len(scores.control_test) else ""
    numbers, metric = scores.frame(), metric_of(scores.metric)
    figure = FigureBlock(
        plots.probe_lines(scores, dark),
        f"Test {metric.label} of a linear model on each layer; layer 0 is the embeddings, layer k the output "
        f"of block k-1. {INTERVAL} Where the lines diverge, training changed the layer.{controls} {CHOICE}",
        TableBlock(
            "probes",
            numbers,
            tuple(name for name in map(str, numbers) if name not in ("model", "layer") and name[-1] != "C")
            * metric.share,
        ),
        alt="Probe score by layer and model, and below it the selectivity",
    )
    figures = (figure, _code(scores, dark)) if len(scores.code_bits) else (figure,)
    target = f"{PROBE.heading} (target: {scores.target})" if scores.target else PROBE.heading
    return Section(target, scores.sentences, figures)


def _code(scores: ProbeScores, dark: bool) -> FigureBlock:
    """Return the online code length by layer."""
    columns = ["model", "layer", "code length", "code low", "code high", "compression"]
    table = TableBlock("code lengths", scores.frame()[columns])
    return FigureBlock(
        plots.code_lines(scores, dark), CODE, table, alt="Code length of the labels by layer and model"
    )
