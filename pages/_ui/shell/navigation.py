"""Where the pages are: one registry for the menu, for links and for buttons."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PageEntry:
    """A page as the menu shows it."""

    group: str
    title: str
    icon: str
    help: str


PAGES: dict[str, PageEntry] = {
    "home": PageEntry("", "Home", "home", "Start here: try a sample or bring a CSV."),
    "data": PageEntry(
        "Set up", "Data", "table_chart", "Read a table, see what is in it, choose text and label."
    ),
    "backbone": PageEntry(
        "Set up", "Backbone", "layers", "Choose a pretrained model and what of it may change."
    ),
    "recipe": PageEntry("Set up", "Recipe", "menu_book", "Choose how to pass on what the model knows."),
    "train": PageEntry("Set up", "Train", "play_circle", "Check the settings and start the training."),
    "run": PageEntry("See", "Progress", "monitoring", "Watch a training, stop it, resume it."),
    "results": PageEntry(
        "See", "Results", "query_stats", "Scores, curves, confusion, mistakes, and what moved."
    ),
    "evidence": PageEntry(
        "See",
        "Evidence",
        "fact_check",
        "Did transfer help? What moved, what was lost, what to trust.",
    ),
    "embeddings": PageEntry(
        "See", "Embeddings", "scatter_plot", "Texts as points, before and after training."
    ),
    "probes": PageEntry("See", "Probes", "straighten", "What each layer already knows about your labels."),
    "predict": PageEntry("See", "Predict", "chat", "Classify your own sentences or a whole file."),
    "compare": PageEntry("See", "Compare", "compare_arrows", "Runs side by side: score and cost."),
    "study": PageEntry(
        "See", "Study", "grid_view", "One question, many runs: which way is best, and is it chance?"
    ),
    "runs": PageEntry("Keep", "Runs", "folder_open", "All your runs and data sets: rename, stop, delete."),
}


def page(name: str) -> st.Page:
    """Return the page object of `name`, the same one wherever it is asked for."""
    place = PAGES[name]
    return st.Page(
        FOLDER / f"{name}.py",
        title=place.title,
        icon=f":material/{place.icon}:",
        url_path=name,
        default=name == "home",
        help=place.help,
    )


def menu() -> dict[str, list[st.Page]]:
    """Return all pages by group, as the menu lists them."""
    groups: dict[str, list[st.Page]] = {}
    for name, place in PAGES.items():
        groups.setdefault(place.group, []).append(page(name))
    return groups


def switch_to(name: str, **params: str) -> None:
    """Leave for another page, with its query parameters."""
    st.switch_page(page(name), query_params=params or None)


def link(name: str, label: str | None = None, **params: str) -> None:
    """Draw a link to a page."""
    st.page_link(page(name), label=label or PAGES[name].title, query_params=params or None)
