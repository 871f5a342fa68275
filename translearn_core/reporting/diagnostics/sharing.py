"""Section on what training with other targets gave or cost one of them."""

from translearn_core.reporting.blocks import Section, TableBlock
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import PairedComparison
from translearn_core.results.format import quote

TITLE = "What did sharing the backbone give or cost? Paired comparison"


def section(result: PairedComparison, data: ReportData, dark: bool = False) -> Section:
    """Compare a target that trained with others with the same training of it alone."""
    del dark
    target = "the target" if data.config is None else quote(data.config.data.label)
    sentences = result.sentences(f"the run of {target} alone", f"{target} with the other targets")
    table = TableBlock("paired comparison", result.frame())
    return Section(TITLE, sentences, (table,))
