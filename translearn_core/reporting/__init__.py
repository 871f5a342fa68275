"""One HTML file about a run or a study: what was asked, found and doubted, and how to do it again."""

from translearn_core.reporting.caveats import caveats
from translearn_core.reporting.contents import contents
from translearn_core.reporting.document import LIMIT, Document, render
from translearn_core.reporting.evidence import EVIDENCE
from translearn_core.reporting.material import Material, Part
from translearn_core.reporting.section import Picture, Section, Sheet

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
