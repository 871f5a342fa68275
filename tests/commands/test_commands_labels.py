"""`translearn labels` with a real engine and the bundled backbone."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.commands.terminals import Terminal, refused


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 mails of two classes in Windows-1252 with semicolons: row 4 is mislabelled, row 61 misspelt."""
    rows = [
        f"{'my café bill is too high, invoice' if i % 2 else 'my parcel is late, order'} {i};"
        f"{'billing' if i % 2 else 'delivery'}"
        for i in range(60)
    ]
    rows[3] = rows[3].replace("billing", "delivery")
    path = tmp_path_factory.mktemp("mails") / "mails.csv"
    path.write_bytes("\n".join(["message;category", *rows, "bill 61;biling", ""]).encode("cp1252"))
    return path


def words(mails: Path) -> tuple[object, ...]:
    return ("labels", mails, "--text", "message", "--label", "category")


def test_doubtful_rows_and_similar_names_are_listed(terminal: Terminal, mails: Path) -> None:
    done = terminal(*words(mails), "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["classes"] == {"delivery": 31, "billing": 29, "biling": 1}
    assert [(m["value"], m["replacement"]) for m in record["merges"]] == [("biling", "billing")]
    rows = {row["row"]: row for row in record["rows"]}
    assert rows[4]["suggested"] == "billing"
    assert "suspicious" in rows[4]["reason"]
    assert "similar name" in rows[61]["reason"]
    shown = terminal(*words(mails))
    assert shown.returncode == 0, shown.stderr
    assert "--merge 'biling=billing'" in shown.stdout


def test_corrections_are_written_in_the_form_of_the_file(
    terminal: Terminal, mails: Path, tmp_path: Path
) -> None:
    (tmp_path / "edits.csv").write_text("row,label\n4,billing\n60,\n")
    out = tmp_path / "corrected.csv"
    changes = ("--merge", "biling=billing", "--edits", tmp_path / "edits.csv", "--out", out)
    for _ in range(2):  # again: the same version
        done = terminal(*words(mails), *changes, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["classes"] == {"billing": 30, "delivery": 30}
    table = pd.read_csv(out, sep=";", encoding="cp1252")
    assert list(table.columns) == ["message", "category"]
    assert len(table) == 60
    assert table["category"].iloc[[3, -1]].tolist() == ["billing", "billing"]
    assert "café" in table["message"].iloc[1]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (("--merge", "biling"), "--merge"),
        (("--merge", "nothing=billing"), "'nothing'"),
        (("--edits", "missing.csv"), "missing.csv"),
        (("--edits", "lines.csv"), "Line 2"),
        (("--label", "kind"), "--label"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    terminal: Terminal, mails: Path, tmp_path: Path, changes: tuple[str, str], named: str
) -> None:
    (tmp_path / "lines.csv").write_text("row,label\n4,billing\nfour,billing\n")
    option, value = changes
    path = tmp_path / value if option == "--edits" else value
    assert named in refused(terminal(*words(mails), "--quiet", option, path))
