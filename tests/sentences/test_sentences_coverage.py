"""Every sentence that carries a number is in the grid: a new one without an entry fails here."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import coverage
from hypothesis import Phase, given, settings

from tests.sentences import grid
from tests.sentences.reading import Case

ROOT = Path(__file__).resolve().parents[2]
SCOPE = (
    "translearn_core/analysis",
    "translearn_core/results",
    "translearn_core/reporting/formatting.py",
    "translearn_core/training/lr_finder.py",
    "translearn_core/worker/diagnostics",
    "pages/_ui",
)
"""Where results become sentences. `tests/data` compares findings about tables, `tests/reporting` reports."""

FORMATTERS = {
    "brackets", "count_noun", "describe", "duration", "epochs", "format", "format_range", "format_seconds",
    "magnitude", "percent", "rounded_percent", "signed_points", "span",
}  # fmt: skip
"""Functions that print a number."""

EXEMPT = {
    "pages/_ui/backbones/pretraining.py:proposal": "a proposed name with a setting",
    "pages/_ui/backbones/word_vectors.py:proposal": "a proposed name with a setting",
    "pages/_ui/rooms/board_style.py:": "a style sheet",
    "pages/_ui/datasets/findings.py:_read_more": "a button with the setting that it makes",
    "translearn_core/results/format.py:join_list": "a part of sentences, without a value of its own",
    "pages/_ui/forms/summary.py:_model": "the settings as they were chosen, nothing measured",
    "pages/_ui/shell/jobs.py:progress_text": "progress while it lasts: tests/pages compare it",
}
"""Functions without an entry, and why."""


def numbered(path: Path) -> Iterator[tuple[str, range]]:
    """Yield the function and the lines of each f-string that puts a formatted number into words.

    Errors have tests of their own. Functions of pages that draw (they use `st`) show what a caption function
    returns, or settings and counts beside the widgets that they come from.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    errors = {id(part) for node in ast.walk(tree) if isinstance(node, ast.Raise) for part in ast.walk(node)}

    def visit(node: ast.AST, name: str) -> Iterator[tuple[str, range]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                if not (path.is_relative_to(ROOT / "pages") and _draws(child)):
                    yield from visit(child, f"{name}.{child.name}".lstrip("."))
                continue
            if isinstance(child, ast.JoinedStr) and id(child) not in errors and _says_a_number(child):
                yield name, range(child.lineno, (child.end_lineno or child.lineno) + 1)
            yield from visit(child, name)

    return visit(tree, "")


def _draws(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "st" for node in ast.walk(function))


def _says_a_number(text: ast.JoinedStr) -> bool:
    words = "".join(str(part.value) for part in text.values if isinstance(part, ast.Constant))
    values = [part for part in text.values if isinstance(part, ast.FormattedValue)]
    return len(re.findall(r"[A-Za-z]{2,}", words)) >= 2 and any(map(_is_number, values))


def _is_number(value: ast.FormattedValue) -> bool:
    calls = [node.func for node in ast.walk(value.value) if isinstance(node, ast.Call)]
    names = {getattr(call, "id", None) or getattr(call, "attr", None) for call in calls}
    return value.format_spec is not None or bool(names & FORMATTERS)


def executed_lines(files: Sequence[str]) -> set[tuple[str, int]]:
    """Return the lines of `files` that the grid runs."""
    trace = coverage.Coverage(data_file=None, include=files, config_file=False)
    with trace.collect():
        for strategy in grid.GRID.values():

            @settings(
                max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
            )
            @given(strategy())
            def run(case: Case) -> None:
                assert case.sentence is not None

            run()
    data = trace.get_data()
    return {(file, line) for file in data.measured_files() for line in data.lines(file) or ()}


def test_every_sentence_with_a_number_is_in_the_grid() -> None:
    paths = [path for part in SCOPE for path in sorted((ROOT / part).rglob("*.py")) or [ROOT / part]]
    sentences = {path: list(numbered(path)) for path in paths}
    executed = executed_lines([str(path) for path, found in sentences.items() if found])
    missing = [
        f"{path.relative_to(ROOT)}:{name} (line {lines.start})"
        for path, found in sentences.items()
        for name, lines in found
        if f"{path.relative_to(ROOT)}:{name}" not in EXEMPT
        and not any((str(path), line) in executed for line in lines)
    ]
    assert "\n".join(missing) == "", "write an entry of the grid, or an exemption with its reason"


def test_exempt_functions_exist() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{name}"
        for path in (*ROOT.glob("translearn_core/**/*.py"), *ROOT.glob("pages/**/*.py"))
        for name, _ in numbered(path)
    }
    assert set(EXEMPT) <= found
