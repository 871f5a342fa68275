"""Imports what the pages need, so that the first visit does not wait for it."""

import numpy  # noqa: F401, ICN001
import pandas  # noqa: F401, ICN001
import plotly.graph_objects  # noqa: F401

import translearn_core.data  # noqa: F401
import translearn_core.engine  # noqa: F401
import translearn_core.plots  # noqa: F401
import translearn_core.runs  # noqa: F401
