"""Registry of pages for the menu, links and buttons; end of a page."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from streamlit.runtime.scriptrunner import StopException

from pages._ui.shell import language, st

FOLDER = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PageEntry:
    """Menu entry of a page."""

    group: str
    title: str
    icon: str
    help: str

    @property
    def folder(self) -> Path:
        """Folder of its script."""
        return FOLDER / self.group.lower().replace(" ", "_")


PAGES: dict[str, PageEntry] = {
    "home": PageEntry("", "Home", "home", "Start here: try a sample or bring a CSV."),
    "lessons": PageEntry(
        "Learn",
        "Lessons",
        "school",
        "Guess what comes out, see it, run it yourself: a paper's claim, step by step.",
    ),
    "class": PageEntry(
        "Learn",
        "Classroom",
        "groups",
        "Take a lesson together: join with a code, or open a class and show its board.",
    ),
    "claims": PageEntry(
        "Learn",
        "Reproduced or not",
        "science",
        "What papers claim, tested here: reproduced, the other way, or chance?",
    ),
    "data": PageEntry(
        "Set up", "Data", "table_chart", "Read a table, see what is in it, choose text and label."
    ),
    "labels": PageEntry(
        "Set up", "Labels", "label", "Find labels that may be wrong, correct them, merge classes."
    ),
    "clusters": PageEntry(
        "Set up",
        "Clusters",
        "bubble_chart",
        "No labels yet? Find groups of texts, name them, learn.",
    ),
    "backbone": PageEntry(
        "Set up", "Backbone", "layers", "Choose a pretrained model and the blocks that train."
    ),
    "recipe": PageEntry("Set up", "Recipe", "menu_book", "Choose a transfer strategy."),
    "train": PageEntry("Set up", "Train", "play_circle", "Check the settings and start the training."),
    "search": PageEntry(
        "Set up", "Search", "search", "Find the best model in the time there is: 2 minutes to 2 hours."
    ),
    "run": PageEntry("See", "Progress", "monitoring", "Watch a training, stop it, resume it."),
    "results": PageEntry(
        "See", "Results", "query_stats", "Scores, learning curves, confusion matrix, errors, weight drift."
    ),
    "evidence": PageEntry(
        "See",
        "Evidence",
        "fact_check",
        "Baselines, label efficiency, similarity, forgetting, calibration.",
    ),
    "embeddings": PageEntry(
        "See", "Embeddings", "scatter_plot", "2-D projections of the texts, before and after training."
    ),
    "probes": PageEntry(
        "See", "Probes", "straighten", "Linear probing: how much of your labels each layer holds."
    ),
    "domains": PageEntry(
        "See",
        "Domains",
        "translate",
        "Learn in one language or kind of text, use it in another: what crosses over?",
    ),
    "zero_shot": PageEntry(
        "See",
        "Zero-shot",
        "label_off",
        "Classify without a label: describe the classes in words.",
    ),
    "predict": PageEntry("See", "Predict", "chat", "Classify your own sentences or a whole file."),
    "compare": PageEntry("See", "Compare", "compare_arrows", "Runs side by side: score and cost."),
    "study": PageEntry(
        "See", "Study", "grid_view", "One question, many runs: which strategy is best, and is it chance?"
    ),
    "depth": PageEntry(
        "See", "Freeze depth", "stairs", "How deep to train: from the head alone to the embeddings."
    ),
    "runs": PageEntry("Keep", "Runs", "folder_open", "All your runs and data sets: rename, stop, delete."),
    "glossary": PageEntry("Keep", "Glossary", "dictionary", "Terms, what they mean, where they are shown."),
}

SHARED = "shared"
"""Page that share links open."""
BOARD = "board"
"""Page of a class for the projector."""

HIDDEN: dict[str, PageEntry] = {
    SHARED: PageEntry("", "Shared", "share", "What somebody shares with you."),
    BOARD: PageEntry("Learn", "Board", "co_present", "The guesses and runs of a class, for the projector."),
}
"""Pages that are not in the menu."""

ENTRIES = PAGES | HIDDEN


def page(name: str) -> st.Page:
    """Return the page object of `name`."""
    entry = ENTRIES[name]
    return st.Page(
        entry.folder / f"{name}.py",
        title=language.translate(entry.title),
        icon=f":material/{entry.icon}:",
        url_path=name,
        default=name == "home",
        help=language.translate(entry.help),
        visibility="hidden" if name in HIDDEN else "visible",
    )


def menu() -> dict[str, list[st.Page]]:
    """Return the pages by menu group, hidden ones too."""
    groups: dict[str, list[st.Page]] = {}
    for name, entry in ENTRIES.items():
        groups.setdefault(language.translate(entry.group), []).append(page(name))
    return groups


def switch_to(name: str, **params: str) -> None:
    """Switch to another page with query parameters."""
    st.switch_page(page(name), query_params=params or None)


def link(name: str, label: str | None = None, **params: str) -> None:
    """Draw a link to a page."""
    st.page_link(page(name), label=label or PAGES[name].title, query_params=params or None)


def stop_page() -> NoReturn:
    """End the page here.

    After `st.stop` Streamlit keeps the values of widgets that were not drawn, although the browser has
    dropped them, and does not send them again: they would come back empty, or at their minimum. The router
    takes this exception as a normal end, after which widgets start with their first value. In a fragment it
    is `st.stop`.
    """
    raise StopException
