"""One HTML file about a run or a study: what was asked, found and doubted, and how to do it again."""

from translearn_core.reporting.blocks import Picture, Section, Sheet
from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.diagnostic_sections import EVIDENCE
from translearn_core.reporting.document import LIMIT, Document, render
from translearn_core.reporting.report_data import Material, Part
from translearn_core.reporting.sections import contents

__all__ = [
    "EVIDENCE",
    "LIMIT",
    "Document",
    "Material",
    "Part",
    "Picture",
    "Section",
    "Sheet",
    "caveats",
    "contents",
    "render",
]
