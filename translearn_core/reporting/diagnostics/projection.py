"""Section on the 2-D projections of a layer."""

import numpy as np

from translearn_core import plots
from translearn_core.jobs import PROJECTION
from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.formatting import within
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Projection
from translearn_core.results.format import percent


def section(result: Projection, data: ReportData, dark: bool = False) -> Section:
    """Return the projection of every variant with its neighbourhood metrics."""
    figures = tuple(
        FigureBlock(
            plots.projection(result, v, "label", dark=dark),
            _caption(result, v, data.row_noun),
            TableBlock(f"points, {variant}", result.frame()),
            name=figure_of(result, variant),
        )
        for v, variant in enumerate(result.variants)
    )
    settings = ", ".join(f"{name} {value}" for name, value in result.settings.items())
    part = "All" if len(result.row) == result.total else f"{len(result.row):,} of"
    note = (
        f"{part} {result.total:,} {data.row_noun}s in one layer as a plane picture ({settings}). A picture "
        "is no evidence: read the shares of neighbours."
    )
    blocks: tuple[FigureBlock | TableBlock, ...] = figures
    if result.domains:
        by_domain = (
            FigureBlock(
                plots.projection(result, v, "domain", dark=dark),
                f"The same {data.row_noun}s, {variant}, coloured by domain.",
                TableBlock(f"points by domain, {variant}", result.frame()),
            )
            for v, variant in enumerate(result.variants)
        )
        overlap = () if result.domain_overlap.empty else (overlap_table(result, data.row_noun),)
        blocks = (*figures, *by_domain, *overlap)
    return Section(PROJECTION.heading, tuple(filter(None, (result.sentence, note))), blocks)


def figure_of(result: Projection, variant: str) -> str:
    """Return the name of a variant's figure within the section."""
    return f"{variant}, {result.settings['method']} of layer {result.settings['layer']}"


def overlap_table(result: Projection, noun: str) -> TableBlock:
    """Return the table of neighbours from other domains, before and after training."""
    return TableBlock(
        "neighbours from other domains",
        result.domain_overlap,
        ("neighbours elsewhere", "elsewhere by chance", "same label there"),
        heading="Do the domains overlap?",
        caption=f"Of the 10 nearest held-out {noun}s of a held-out {noun}, in full width by cosine "
        "similarity: share of another domain, the same by chance, and how many of those have its label. "
        "Domains that lie apart have few neighbours elsewhere; transfer needs those that there are to share "
        "the label.",
    )


def _caption(projection: Projection, variant: int, noun: str) -> str:
    """Return the caption of one projection, which also describes it without the figure."""
    quality = projection.nearness[variant]
    caption = (
        f"{len(projection.shown):,} {noun}s as points, {projection.variants[variant]}, coloured by label."
    )
    if not np.isnan(quality.purity.value):
        caption += (
            f" 10-nearest-neighbour label agreement of test {noun}s, in full width: "
            f"{percent(quality.purity.value)} {within(quality.purity)}."
        )
    if not np.isnan(quality.trustworthiness):
        caption += (
            f" The picture shows who is near whom to {quality.trustworthiness:.2f}, where 1 is entirely."
        )
    return f"{caption} Only nearness means something, not the axes."
