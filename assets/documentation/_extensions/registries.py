"""Markdown of what the registries hold: recipes, diagnostics, samples, settings, terms, commands."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from translearn_core.claims.claim_file import claim, claim_ids
from translearn_core.claims.findings import finding
from translearn_core.config import RECIPES, Family, ProblemType, Recipe, RecipeName
from translearn_core.config.settings import PREFIX, Settings
from translearn_core.data.sample_datasets import SAMPLES
from translearn_core.jobs import SPECS, JobSpec
from translearn_core.jobs.spec import Requirement, Targets
from translearn_core.lessons.lesson_file import lesson, lesson_ids

SOURCE = Path(__file__).resolve().parents[1]
GLOSSARY = SOURCE.parent / "glossary.csv"
DIAGNOSTICS_PACKAGE = "translearn_core.jobs.diagnostics"

NEEDS = {
    None: "",
    Requirement.LAYERS: "a pretrained backbone; not TF-IDF",
    Requirement.STEPS: "a run that trains in steps; not a linear probe, not pairs of texts",
    Requirement.TRAINED_BACKBONE: "a run in which some layers of the backbone trained",
}
TARGETS = {Targets.ONE: "", Targets.SEVERAL: "several targets", Targets.ANY: "any number of targets"}


def is_diagnostic(spec: JobSpec[Any, Any]) -> bool:
    """Whether a kind of job answers a question about data, runs or a backbone, and so has a page."""
    return bool(spec.question) or spec.config.__module__.startswith(DIAGNOSTICS_PACKAGE)


def pages_of(folder: str) -> dict[str, str]:
    """Return the addresses of the pages below a folder, without an ending, by file name."""
    pages = sorted((SOURCE / folder).glob("*/*.md"))
    return {page.stem: page.relative_to(SOURCE).with_suffix("").as_posix() for page in pages}


def linked(source: str) -> str:
    """Return a citation with its arXiv ids as links."""
    return re.sub(r"arXiv:(\d{4}\.\d{4,5})", r"[arXiv:\1](https://arxiv.org/abs/\1)", source)


def facts(rows: dict[str, str]) -> str:
    """Return a table of two columns; rows without a value are left out."""
    lines = [f"| {name} | {_cell(value)} |" for name, value in rows.items() if value]
    return "\n".join(["| | |", "|---|---|", *lines])


def recipe_title(name: str) -> str:
    """Return the title of a recipe."""
    return RECIPES[RecipeName(name)].title


def recipe(name: str) -> str:
    """Return what the catalog says of a recipe."""
    entry = RECIPES[RecipeName(name)]
    return "\n".join(
        [
            entry.summary,
            "",
            facts(
                {
                    "Kind": str(entry.family),
                    "When": entry.use_when,
                    "Cost": entry.cost,
                    "Needs": "a finished run that teaches" if entry.teacher else "",
                    "Command": f"`translearn train FILE --text COL --label COL --recipe {entry.name}`",
                    "Source": linked(entry.source),
                    "Tested here": _claims_of(entry),
                }
            ),
        ]
    )


def recipe_table() -> str:
    """Return a table of recipes for each family, with links."""
    pages, lines = pages_of("recipes"), []
    for family in Family:
        lines += [f"## {family}", "", "| recipe | what it does | when |", "|---|---|---|"]
        for entry in _recipes(family):
            lines.append(f"| [{entry.title}](/{pages[entry.name]}.md) | {entry.summary} | {entry.use_when} |")
        lines.append("")
    return "\n".join(lines)


def diagnostic_title(kind: str) -> str:
    """Return the title of a diagnostic."""
    return SPECS[kind].title


def diagnostic(kind: str) -> str:
    """Return what the registry says of a diagnostic."""
    spec = SPECS[kind]
    problems = [problem for problem in ProblemType if spec.problems is None or problem in spec.problems]
    lines = [f"**{spec.question}** {spec.description}" if spec.question else spec.description, ""]
    rows = {
        "Predicts": ", ".join(problem.prediction for problem in problems) if spec.problems else "",
        "Targets": TARGETS[spec.targets],
        "Needs": NEEDS[spec.requires],
        "Cost": spec.cost,
    }
    return "\n".join([*lines, facts(rows) if any(rows.values()) else ""])


def diagnostic_table(folder: str) -> str:
    """Return a table of the diagnostics whose pages are in a folder, with links."""
    pages = {name: page for name, page in pages_of("diagnostics").items() if page.split("/")[1] == folder}
    lines = ["| diagnostic | question |", "|---|---|"]
    lines += [
        f"| [{SPECS[kind].title}](/{page}.md) | {SPECS[kind].question or SPECS[kind].title} |"
        for kind, page in pages.items()
    ]
    return "\n".join(lines)


def lesson_table() -> str:
    """Return a table of the lessons."""
    lines = ["| lesson | claim | minutes | source |", "|---|---|---|---|"]
    for one in map(lesson, lesson_ids()):
        source = linked(f"{one.authors}, arXiv:{one.source}")
        lines.append(f"| {one.title} | {_cell(one.claim)} | {one.minutes} | {source} |")
    return "\n".join(lines)


def claim_table() -> str:
    """Return a table of the claims with what came out of the experiments computed beforehand."""
    lines = ["| claim | the source says | came out here | verdict |", "|---|---|---|---|"]
    for found in (finding(claim(id)) for id in claim_ids()):
        one = found.claim
        source = linked(f"{one.authors}, arXiv:{one.source}")
        came_out = found.judgement.sentence if found.judgement else "Nothing yet."
        says = f"{one.test.paper} ({source})"
        lines.append(f"| {one.title} | {_cell(says)} | {_cell(came_out)} | {found.verdict} |")
    return "\n".join(lines)


def _claims_of(entry: Recipe) -> str:
    """Return the claims of a recipe's source with their verdicts."""
    found = [finding(claim(id)) for id in claim_ids() if entry in claim(id).recipes]
    return "; ".join(f"[{one.claim.title}](/claims.md): {one.verdict}" for one in found)


def sample_table() -> str:
    """Return a table of the sample data sets."""
    lines = ["| sample | file | text | label | what it shows |", "|---|---|---|---|---|"]
    lines += [f"| {s.title} | `{s.file}` | {s.text} | {s.label} | {s.sentence} |" for s in SAMPLES]
    return "\n".join(lines)


def settings_table(*names: str) -> str:
    """Return a table of settings of an installation: those named."""
    lines = ["| variable | default | what it sets |", "|---|---|---|"]
    for name in names:
        field = Settings.model_fields[name]
        default = "" if field.default in (None, "") else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {_cell(field.description or '')} |")
    return "\n".join(lines)


def other_settings(*names: str) -> str:
    """Return a table of all settings but those named."""
    return settings_table(*(name for name in Settings.model_fields if name not in names))


def glossary() -> str:
    """Return the terms of the glossary as definitions."""
    lines = ["```{glossary}"]
    for term in pd.read_csv(GLOSSARY, keep_default_na=False).itertuples():
        lines += [str(term.term), f"  {term.meaning} (Page {_page_title(str(term.page))})", ""]
    return "\n".join([*lines, "```"])


def command_line() -> str:
    """Return the help of every command, as the program prints it."""
    import typer.main
    from typer.cli import get_docs_for_click

    from translearn_core.commands.cli import app

    command = typer.main.get_command(app)
    with typer.Context(command, info_name="translearn") as context:
        text = get_docs_for_click(obj=command, ctx=context, name="translearn", title="Command line")
    return text.partition("\n")[2]


def notebook(name: str) -> str:
    """Return a Python file of cells as a page: its Markdown cells as text, the others as code."""
    page = []
    for cell in (SOURCE / name).read_text(encoding="utf-8").split("# %%")[1:]:
        first, _, body = cell.partition("\n")
        lines = body.strip().splitlines()
        if "[markdown]" in first:
            page.append("\n".join(line.removeprefix("#").strip() for line in lines))
        else:
            page.append("\n".join(["```python", *lines, "```"]))
    return "\n\n".join(page)


def _recipes(family: Family) -> Iterator[Recipe]:
    return (entry for entry in RECIPES.values() if entry.family is family)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _page_title(name: str) -> str:
    return name.replace("_", "-").capitalize()


FUNCTIONS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        recipe_title, recipe, recipe_table,
        diagnostic_title, diagnostic, diagnostic_table,
        sample_table, lesson_table, claim_table, settings_table, other_settings, glossary, command_line,
        notebook,
    )
}  # fmt: skip
"""Functions that pages may call."""
