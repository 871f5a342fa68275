"""Sphinx extension: pages are Jinja templates that read the registries of the program.

``<< recipe("lora") >>`` in a page is replaced by what the registry says of it, so that a page and the program
cannot disagree.
"""

from typing import Any

import registries
from jinja2 import Environment, StrictUndefined
from sphinx.application import Sphinx

ENVIRONMENT = Environment(
    variable_start_string="<<", variable_end_string=">>", block_start_string="<%", block_end_string="%>",
    comment_start_string="<#", comment_end_string="#>", trim_blocks=True, undefined=StrictUndefined,
    autoescape=False,  # the output is Markdown
)  # fmt: skip


def render(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Render the template of a page in place."""
    source[0] = ENVIRONMENT.from_string(source[0]).render(registries.FUNCTIONS)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("source-read", render)
    return {"parallel_read_safe": True}
