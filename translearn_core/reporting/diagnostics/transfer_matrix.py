"""Section on transfer between domains."""

from translearn_core import plots
from translearn_core.jobs import TRANSFER_MATRIX
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results.diagnostics.transfer_matrix import DISTANCES, FROZEN_PROBE, TransferMatrix
from translearn_core.results.metric import metric_of

OVERLAP = ("neighbours elsewhere", "elsewhere by chance", "same label there")
"""Columns of `TransferMatrix.texts` on neighbours."""


def section(matrix: TransferMatrix, data: ReportData, dark: bool = False) -> Section:  # noqa: ARG001
    """Return the matrix of each model, and the losses beside the distances of the domains."""
    metric, loss = metric_of(matrix.metric), metric_of(matrix.loss_metric)
    figures: list[FigureBlock] = []
    vectors = f" Vectors of {matrix.backbone}." if matrix.backbone else ""
    for model in matrix.models:
        cells = matrix.cells[matrix.cells["model"] == model]
        layer = " The layer is chosen on validation rows of the source." if model == FROZEN_PROBE else ""
        figures.append(
            FigureBlock(
                plots.transfer_matrix(matrix, model, dark),
                f"{metric.title} on test rows with its 95 % interval. A row learned from its domains, a "
                f"column is tested on one.{layer}" + (vectors if model == FROZEN_PROBE else ""),
                TableBlock(f"transfer of {model}", cells.drop(columns="model")),
                alt=f"{metric.title} of {model} by source and target domain",
                heading=model[0].upper() + model[1:],
            )
        )
    figures.append(
        FigureBlock(
            plots.loss_and_distance(matrix, dark),
            f"Each point is a transfer from one domain to another: what is lost of {loss.label} beside "
            "learning on the target itself, paired by test row, against three distances of the two domains "
            "on training rows. A-distance: 2 (1 − 2 e), with e the error of a linear classifier that tells "
            "the domains apart. MMD: maximum mean discrepancy, on the last layer. Vocabulary not shared: "
            "share of the target's words and word pairs that the source never uses.",
            TableBlock("distances of domains", matrix.distances[["source", "target", *DISTANCES]]),
            alt="loss against three distances of the domains",
            heading="Does distance tell the loss?",
        )
    )
    tokens = TableBlock(
        "texts of the domains",
        matrix.texts.drop(columns=list(OVERLAP)).round({"pieces per word": 2}),
        ("unknown tokens", "texts cut"),
        heading="What does the backbone make of each domain?",
        caption="Unknown tokens, pieces per word and texts cut by its tokenizer, on training texts: where "
        "words are cut small or unknown, little can cross over. A Chinese or Japanese character counts as a "
        "word.",
    )
    overlap = TableBlock(
        "neighbours of the domains",
        matrix.texts[["domain", "train", *OVERLAP]].rename(columns={"train": "training texts"}),
        OVERLAP,
        heading="Do the domains overlap?",
        caption="Neighbours elsewhere: share of the 10 nearest texts, in the last layer of the pretrained "
        "backbone, that are of another domain, and by chance; same label there: how many of those share the "
        "label. Domains that the backbone keeps apart have few, and a share of few texts is uncertain.",
    )
    return Section(
        TRANSFER_MATRIX.heading,
        (*matrix.sentences, *matrix.outside()),
        (*figures, tokens, overlap),
        caveats=matrix.unread(),
    )
