"""Words in sentences with tags of entities, as a table and as a task."""

import csv
import io

from worker_bench import Bench

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    ProblemType,
    TargetConfig,
    TrainingConfig,
)
from translearn_core.results import Evaluation
from translearn_core.runs import artifacts

VERBS, NOUNS = ("liked", "hated"), ("film", "book", "acting", "music")
FIRST, LAST = ("anna", "bert", "carl"), ("good", "bad", "great")


def sentences(n: int = 60) -> list[list[tuple[str, str]]]:
    """Return words with tags of entities: every sentence has a person, some of two words."""
    made = []
    for k in range(n):
        person = [(FIRST[k % 3], "B-PER"), *([(LAST[k % 3], "I-PER")] if k % 2 else [])]
        rest = [(VERBS[k // 3 % 2], "O"), ("the", "O"), (NOUNS[k % 4], "O"), (".", "O")]
        made.append([*person, *rest])
    return made


def table(rows: list[list[tuple[str, str]]], *, tags: bool = True) -> bytes:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["number", "token", "tag"][: 3 if tags else 2])
    for number, words in enumerate(rows, 1):
        lines.writerows([number, word, tag][: 3 if tags else 2] for word, tag in words)
    return out.getvalue().encode()


def words_data(dataset: str) -> DataConfig:
    target = TargetConfig(column="tag", problem=ProblemType.TOKENS)
    return DataConfig(dataset=dataset, text="token", sentence="number", targets=(target,))


def words_experiment(data: DataConfig, backbone: BackboneConfig) -> ExperimentConfig:
    """Fine-tune the top block of three of a tiny backbone."""
    return ExperimentConfig(
        data=data,
        backbone=backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(lr=1e-3, head_lr=1e-2, batch_size=8, epochs=3, precision=Precision.FLOAT32),
    )


def evaluation_of(bench: Bench, run: str) -> Evaluation:
    evaluation = artifacts.load(bench.store.workspace.run(run), Evaluation)
    assert evaluation is not None
    return evaluation
