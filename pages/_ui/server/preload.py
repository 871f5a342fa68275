"""Imports of the pages, loaded before the first visit."""

import numpy  # noqa: F401
import pandas  # noqa: F401
import plotly.graph_objects  # noqa: F401

import translearn_core.data
import translearn_core.engine
import translearn_core.plots
import translearn_core.runs  # noqa: F401
