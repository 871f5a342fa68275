"""`translearn pretrain` with a real engine and a tiny backbone."""

import json
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import TICKETS, Terminal, refused
from tests.corpora import SENTENCES


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("texts") / "texts.csv"
    path.write_text("sentence\n" + "\n".join(f'"{s}"' for s in SENTENCES[:300]))
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder("bert", tmp_path_factory.mktemp("tiny"))


def test_a_backbone_reads_on_and_a_run_is_trained_on_it(terminal: Terminal, texts: Path, tiny: Path) -> None:
    options = ("--text", "sentence", "--backbone", tiny, "--epochs", 2, "--lr", "1e-3")
    done = terminal("pretrain", texts, *options, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["loss_after"] < record["loss_before"]
    assert (record["parent"], record["fresh_head"], len(record["losses"])) == (str(tiny), True, 3)
    assert record["texts"] + record["held_out"] == 300
    assert (Path(record["folder"]) / "model.safetensors").is_file()

    shown = terminal("pretrain", texts, *options)
    assert shown.returncode == 0, shown.stderr
    assert f"--backbone {record['backbone']}" in shown.stdout
    assert "texts held out" in shown.stdout

    run = terminal.train("--backbone", record["backbone"], "--epochs", 1)
    assert run["parameters"]["total"] < 1_000_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nowhere.csv", "--text", "a"), "no file 'nowhere.csv'"),
        ((TICKETS, "--text", "txt"), "it has 'text', 'intent'"),
        ((TICKETS, "--text", "text", "--mlm-probability", "0.9"), "mlm_probability is 0.9: give"),
        ((TICKETS, "--text", "intent", "--quiet"), "'intent' has 10 different texts"),
        ((TICKETS, "--text", "text", "--backbone", "adapted-nothing"), "not in your workspace"),
    ],
)
def test_a_bad_input_is_one_line_and_exit_code_2(
    terminal: Terminal, words: tuple[object, ...], sentence: str
) -> None:
    assert sentence in refused(terminal("pretrain", *words))
