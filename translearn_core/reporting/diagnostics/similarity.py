"""Section on representation similarity (CKA)."""

from translearn_core import plots
from translearn_core.jobs import SIMILARITY
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Similarity

LINES = (
    "Debiased linear CKA (centered kernel alignment) of each layer before and after training. 1: the same "
    "arrangement up to rotation and scale; 0: nothing in common. A layer below the dashed line changed more "
    "than another seed alone would change it; below the dotted line two untrained networks are more similar."
)
DRIFT = (
    " Underneath: weight drift, the relative change of the weights. Large drift with high similarity, or the "
    "reverse, is worth a look."
)
MAP = (
    "Each layer before training (down) against each after it (across). Follow the diagonal: where it fades, "
    "that layer changed. Off the diagonal, neighbouring layers are similar in any case."
)


def section(result: Similarity, data: ReportData, dark: bool = False) -> Section:
    """Return CKA by layer, with the weight drift, and between all pairs of layers."""
    lines = FigureBlock(
        plots.similarity_lines(result, data.drift, dark),
        LINES + (DRIFT if data.drift is not None else ""),
        TableBlock("layers", result.frame()),
        alt="CKA of each layer before and after training, and weight drift below it",
    )
    pairs = FigureBlock(
        plots.similarity_map(result, dark),
        MAP,
        TableBlock("pairs of layers", result.pairs()),
        alt="Each layer before training against each layer after it",
    )
    return Section(SIMILARITY.heading, (result.sentence,), (lines, pairs))
