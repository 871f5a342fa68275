"""`translearn report`, and the command it prints to repeat a run."""

import json
import re
import shlex
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

from tests.commands.terminals import TICKETS, Terminal, refused
from tests.plots.small_results import make_anatomy
from translearn_core.commands.experiment import build_experiment, parse_overrides
from translearn_core.config import (
    RECIPES,
    AugmentConfig,
    BackboneConfig,
    CleaningRule,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    RecipeName,
    SplitConfig,
    Stage,
    TrainingConfig,
    apply_overrides,
)
from translearn_core.runs.reproduce import LOOP, cli_command

DATA = DataConfig(dataset="d", text="the text", label="label", split=SplitConfig(seed=3, column="part"))
PLAIN = ExperimentConfig(data=DATA)


@pytest.mark.parametrize(
    "config",
    [
        PLAIN,
        PLAIN.model_copy(
            update={
                "freeze": FreezePlan.last_n(2, 6),
                "training": TrainingConfig.defaults_for(FreezePlan.last_n(2, 6)).model_copy(
                    update={"seed": 5}
                ),
                "features": FeatureConfig(token_limit=64),
                "augment": AugmentConfig(copies=2),
                "backbone": BackboneConfig(random_init=True, init_seed=4),
            }
        ),
        PLAIN.model_copy(
            update={
                "data": DATA.model_copy(
                    update={"cleaning": (CleaningRule.DROP_DUPLICATES,), "train_rows": 64}
                ),
                "stages": (Stage(freeze=FreezePlan(blocks=(5,)), epochs=2),),
                "freeze": FreezePlan(embeddings=True, blocks=tuple(range(6))),
            }
        ),
        RECIPES[RecipeName.SCRATCH].apply(PLAIN, 6),
    ],
)
def test_the_command_does_the_same_again(config: ExperimentConfig) -> None:
    words = shlex.split(cli_command(config, "data.csv", ("train", "test")))
    assert words[:3] == ["translearn", "train", "data.csv"]
    options = dict(pairwise(words))
    assert (options["--text"], options["--split"], options["--test"]) == ("the text", "part", "test.csv")
    assert "--validation" not in options
    settings = parse_overrides([value for name, value in pairwise(words) if name == "--set"])
    data = DataConfig(
        dataset="d", text=options["--text"], label=options["--label"],
        split=SplitConfig(seed=int(options["--split-seed"]), column=options["--split"]),
    )  # fmt: skip
    data_settings = {name: value for name, value in settings.items() if name.startswith("data.")}
    loop = {name: options[f"--{name.replace('_', '-')}"] for name in LOOP}
    record = build_experiment(
        apply_overrides(ExperimentConfig(data=data), data_settings).data,
        BackboneConfig(id=options["--backbone"], random_init="--random-init" in words),
        make_anatomy(),
        train_blocks=options["--train-blocks"],
        training=loop,
        recipe=None,
        teacher=None,
        settings=settings,
    )
    assert record == config


@pytest.fixture(scope="module")
def run(terminal: Terminal) -> str:
    return str(terminal.train("--epochs", 1)["run"])


def test_a_run_becomes_one_file(terminal: Terminal, run: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = terminal("report", run, "--out", out, "--question", "Whose <ticket> is it?", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert set(record) == {"about", "out", "bytes", "sections", "missing"}
    assert record["missing"] == []
    assert record["bytes"] == out.stat().st_size < 8_000_000
    assert any("transfer help" in title for title in record["sections"])
    assert any("projection" in title for title in record["sections"])
    html = out.read_text(encoding="utf-8")
    assert "Whose &lt;ticket&gt; is it?" in html
    assert "translearn train tickets.csv --text text --label intent" in html
    again = terminal("report", run, "--out", out, "--question", "Whose <ticket> is it?")
    assert again.returncode == 0, again.stderr
    assert f"{len(record['sections'])} sections written to" in again.stdout


def test_what_there_is_not_is_said(terminal: Terminal, run: str, tmp_path: Path) -> None:
    done = terminal("report", "no-such-run", "--out", tmp_path / "r.html")
    assert "no run or study 'no-such-run'" in refused(done)
    assert "cannot be written" in refused(terminal("report", run, "--out", tmp_path))


def test_a_study_becomes_one_file(terminal: Terminal, tmp_path: Path) -> None:
    study = {
        "name": "which seed", "files": {"train": str(TICKETS)}, "text": "text", "label": "intent",
        "recipes": ["linear"], "seeds": [0, 1], "settings": {"training.epochs": 1},
    }  # fmt: skip
    file, out = tmp_path / "study.yaml", tmp_path / "report.html"
    file.write_text(json.dumps(study))  # JSON is YAML
    done = terminal("study", file, "--json")
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout)["study"]
    done = terminal("report", "which seed", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    learned, tried, compared = record["sections"]
    assert "learn from" in learned
    assert "tried" in tried
    assert "compare" in compared
    assert record["missing"] == []
    html = unescape(out.read_text(encoding="utf-8"))
    assert "fewer than 3 seeds" in html
    assert f"files: {{train: {TICKETS.name}}}" in html
    (written,) = re.findall(r"<pre>(name: .*?)</pre>", html, re.DOTALL)
    again = tmp_path / "again.yaml"
    again.write_text(written, encoding="utf-8")
    done = terminal("study", again, "--files", f"train={TICKETS}", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["study"] == first, "what the report says is the very same study"
