"""Section on catastrophic forgetting."""

from translearn_core import plots
from translearn_core.jobs import FORGETTING
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import INTERVAL
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Forgetting

CHANGES = (
    f"Changes about a zero line; left of it something was lost. {INTERVAL} Diamonds differ from zero by more "
    "than chance, open circles may not. Each kind has its own axis and unit. The square says how far the "
    "similarities of the sentence pairs were re-ordered, which is no loss by itself; the mark below it "
    "whether their order still agrees with their meaning."
)
PAIRS = (
    "Written for this project. Opposites and swapped roles are among them: nearly the same words, another "
    "meaning."
)
NO_HEAD = (
    "Masked-word prediction was not measured: this backbone has no masked-language-model head, and the "
    "bundled one has none either."
)
PAIRS_TABLE = "sentence pairs that changed most"
"""Name of the block that a page draws in its own way."""
TASKS = ("then", "own head on this backbone", "head fitted anew", "low", "high", "on the pretrained backbone")
"""Columns of the earlier tasks that are fractions."""


def section(result: Forgetting, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return what changed of earlier tasks, sentence similarity and masked-word prediction."""
    blocks: list[FigureBlock | TableBlock] = [
        FigureBlock(
            plots.forgetting_bars(result, dark),
            CHANGES,
            TableBlock("changes", result.changes()),
            alt="Changes about a zero line: losses are left of it",
        )
    ]
    if result.tasks:
        blocks.append(TableBlock("earlier tasks", result.frame(), TASKS, heading="Every earlier task"))
    blocks.append(
        TableBlock(
            PAIRS_TABLE,
            result.most_changed(),
            heading="The sentence pairs that changed most",
            caption=PAIRS,
        )
    )
    caveats = () if result.masked is not None else (NO_HEAD,)
    return Section(FORGETTING.heading, result.sentences(), tuple(blocks), caveats=caveats)
