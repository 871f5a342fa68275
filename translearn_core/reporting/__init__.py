"""HTML report of a run or a study: results, caveats and how to reproduce it."""

from translearn_core.reporting.blocks import FigureBlock, Section, TableBlock
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.document import LIMIT, Document, render
from translearn_core.reporting.report_data import Part, ReportData
from translearn_core.reporting.sections import part_section, report_sections, section_function

__all__ = [
    "LIMIT",
    "Document",
    "FigureBlock",
    "Part",
    "ReportData",
    "Section",
    "TableBlock",
    "caveats",
    "part_section",
    "render",
    "report_sections",
    "section_function",
]
