"""Training with rows without a label from the command line."""

import json
from pathlib import Path

from tests.architectures import tiny_folder
from tests.commands.terminals import Terminal

WORDS = {"yes": "great lovely good film", "no": "terrible boring bad film"}


def test_rounds_are_printed_and_in_the_record(terminal: Terminal, tmp_path: Path):
    lines = [
        f"{WORDS[label]} {number},{label if number < 20 else ''},{label}"
        for label in ("yes", "no")
        for number in range(60)
    ]
    (tmp_path / "table.csv").write_text("text,label,truth\n" + "\n".join(lines))
    words = (
        "train", tmp_path / "table.csv", "--text", "text", "--label", "label", "--key", "truth",
        "--backbone", tiny_folder("bert", tmp_path / "tiny"), "--train-blocks", "last:1", "--epochs", 4,
        "--set", 'self_training={"threshold": 0.5, "rounds": 1}',
    )  # fmt: skip
    done = terminal(*words, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)["self_training"]
    assert (record["unlabelled"], record["threshold"], len(record["rounds"])) == (80, 0.5, 2)
    assert record["rounds"][0]["added"] == record["rounds"][0]["added and known"] > 0
    assert any("80 rows without a label" in f["sentence"] for f in json.loads(done.stdout)["findings"])
    shown = terminal(*words)
    assert shown.returncode == 0, shown.stderr
    assert "self-training, threshold 0.5" in shown.stdout
    assert {"added: yes", "added: no"} <= record["rounds"][0].keys()
    assert "added:" not in shown.stdout, "a table has totals alone, however many classes there are"
    assert "trained with a pseudo-label" in " ".join(shown.stdout.split())
