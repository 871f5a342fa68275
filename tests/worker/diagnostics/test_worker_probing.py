"""Linear probing: variants, control tasks, other targets, sentences."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from worker_bench import ME, Bench

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    TrainingConfig,
    from_scratch_control,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.data.columns import PART, ROW
from translearn_core.errors import DataError
from translearn_core.jobs import LENGTH, ProbeConfig
from translearn_core.results import Estimate, ProbeScores, RunSummary
from translearn_core.worker.diagnostics import probe_targets
from translearn_core.worker.diagnostics.sentences.probing_text import best_layers, sentences
from translearn_core.worker.features import text_groups


def films() -> bytes:
    """120 texts with a label, a source that shows in the words, a year, an id, and one value everywhere."""
    random = np.random.default_rng(0)
    lines = []
    for i in range(120):
        good, shop = i % 2, (i // 2) % 2
        words = ["great lovely", "awful boring"][good], ["film story", "phone battery"][shop]
        tail = " ".join(random.choice(["one", "two", "day", "old", "new", "first"], 1 + i % 7))
        source = "" if i % 10 == 9 else ["cinema", "shop"][shop]
        lines.append(f"{words[0]} {words[1]} {tail},{'ny'[good]},{source},{1900 + i},id-{i}x,same")
    return ("text,liked,source,year,id,constant\n" + "\n".join(lines)).encode()


@pytest.fixture(scope="module")
def films_run(bench: Bench, backbone: BackboneConfig) -> ExperimentConfig:
    dataset = bench.store.add_dataset(ME, "films.csv", {"train": films()}, Settings())
    run = ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text="text", label="liked"),
        backbone=backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(epochs=1, lr=1e-3, batch_size=16, precision=Precision.FLOAT32),
    )
    bench.do(run, RunSummary)
    return run


def test_three_variants_and_a_control_task_are_probed(bench: Bench, films_run: ExperimentConfig) -> None:
    scores = bench.do(ProbeConfig(job=job_id(films_run), code_orders=2), ProbeScores)
    assert scores.variants == ("pretrained", "fine-tuned", "random init")
    assert scores.target == "liked"
    assert scores.test.shape == (3, 4)
    assert scores.control_test.shape == (1, 3, 4)
    np.testing.assert_array_equal(scores.test[0, :3], scores.test[1, :3])
    np.testing.assert_allclose(scores.selectivity, scores.test - scores.control_test[0])
    assert "selectivity" in scores.frame()
    assert scores.code_bits.shape == (3, 4)
    np.testing.assert_array_equal(scores.code_bits[0, :3], scores.code_bits[1, :3])
    assert (scores.code_low <= scores.code_bits).all()
    assert (scores.code_bits <= scores.code_high).all()
    assert scores.uniform_bits == pytest.approx(scores.n_train), "two classes"
    assert any("selectivity" in sentence for sentence in scores.sentences)
    assert "random init" in scores.sentences[0]


def test_controls_and_random_init_can_be_left_out(bench: Bench, films_run: ExperimentConfig) -> None:
    scores = bench.do(
        ProbeConfig(job=job_id(films_run), random_init_baseline=False, control_tasks=0),
        ProbeScores,
    )
    assert scores.code_bits.size == 0
    assert "code length" not in scores.frame()
    assert scores.variants == ("pretrained", "fine-tuned")
    assert np.isnan(scores.selectivity).all()
    assert len(scores.control_test) == 0
    assert "selectivity" not in scores.frame()


def test_a_run_from_scratch_has_no_pretrained_model(bench: Bench, films_run: ExperimentConfig) -> None:
    made = from_scratch_control(films_run, 3)
    made = made.model_copy(update={"training": made.training.model_copy(update={"epochs": 1})})
    scores = bench.do(ProbeConfig(job=bench.train(made)), ProbeScores)
    assert scores.variants == ("random init", "fine-tuned")


def test_other_targets_leave_out_rows_without_a_value(bench: Bench, films_run: ExperimentConfig) -> None:
    job = job_id(films_run)
    whole = bench.do(ProbeConfig(job=job, control_tasks=0, random_init_baseline=False, folds=4), ProbeScores)
    source = bench.do(
        ProbeConfig(job=job, target="source", control_tasks=0, random_init_baseline=False, folds=4),
        ProbeScores,
    )
    assert source.target == "source"
    assert source.n_train + source.n_test < whole.n_train + whole.n_test
    assert source.tfidf.value == 1.0, "the source shows in the words"
    assert source.test[0].max() > source.majority
    assert any("wipe out" in sentence or "No layer changed" in sentence for sentence in source.sentences)
    length = bench.do(ProbeConfig(job=job, target=LENGTH, control_tasks=0, folds=4), ProbeScores)
    assert (length.target, length.n_test) == (LENGTH, whole.n_test)
    assert length.majority < 0.6
    pretrained, _, fresh = length.cross_validated
    assert not np.array_equal(pretrained, fresh), "fresh weights are other weights"


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("constant", "one value only, 'same'"),
        ("id", "different values in"),
        ("nothing", "no column 'nothing'"),
    ],
)
def test_unusable_targets_are_refused(
    bench: Bench, films_run: ExperimentConfig, column: str, sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        bench.do(ProbeConfig(job=job_id(films_run), target=column), ProbeScores)


# columns as classes

DATA = DataConfig(dataset="d", text="text", label="label")


def table(*parts: tuple[str, list[str], list[str | None]]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {"text": texts, "label": "x", "more": more, ROW: np.arange(1, len(texts) + 1), PART: part}
        )
        for part, texts, more in parts
    ]
    return pd.concat(frames, ignore_index=True)


def rows(*lines: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=["row", "split", "text"])


def test_cells_are_matched_by_row_text_and_file() -> None:
    there = table(("train", ["a", "b", "c"], ["ta", "tb", "tc"]), ("test", ["d", "b"], ["sd", "sb"]))
    target = probe_targets.column(
        there,
        DATA,
        rows(
            (2, "test", "b"), (1, "train", "a"), (3, "validation", "c"), (1, "test", "d"), (2, "train", "b")
        ),
        "more",
    )  # fmt: skip
    assert [target.encoded.names[k] for k in target.encoded.values] == ["sb", "ta", "tc", "sd", "tb"]


def test_numbers_with_many_values_become_quarters_and_few_stay_as_they_are() -> None:
    texts = [f"t{i}" for i in range(40)]
    years = probe_targets.column(
        table(("train", texts, [str(i) for i in range(40)])),
        DATA,
        rows(*((i + 1, "train", t) for i, t in enumerate(texts))),
        "more",
    )
    assert sorted(np.bincount(years.encoded.values)) == [10, 10, 10, 10]
    assert "0 to 9" in years.encoded.names
    stars = probe_targets.column(
        table(("train", texts, [str(i % 5) for i in range(40)])),
        DATA,
        rows(*((i + 1, "train", t) for i, t in enumerate(texts))),
        "more",
    )
    assert stars.encoded.names == ("0", "1", "2", "3", "4")


def test_rows_of_another_table_are_refused() -> None:
    with pytest.raises(DataError, match="no longer holds"):
        probe_targets.column(table(("train", ["a"], ["x"])), DATA, rows((1, "train", "other")), "more")


def test_equal_texts_share_a_group() -> None:
    groups = text_groups(["A film", "a  film", "other", "third"])
    assert groups[0] == groups[1]
    assert len(set(groups.tolist())) == 3


# sentences


def scores(pretrained: list[float], tuned: list[float], control: float | None = 0.4) -> ProbeScores:
    test = np.asarray([pretrained, tuned])
    result = ProbeScores(
        ("pretrained", "fine-tuned"),
        np.repeat(test[:, :, None], 5, axis=2),
        test,
        test - 0.03,
        test + 0.03,
        np.full(test.shape, 0.01),
        majority=0.3,
        tfidf=Estimate(0.6, 0.55, 0.65),
        n_test=500,
        target="domain",
    )
    if control is None:
        return result
    return replace(
        result, control_test=np.full((1, *test.shape), control), control_majority=np.asarray([0.35])
    )


def test_the_best_layer_is_chosen_on_the_training_rows_and_scored_on_test() -> None:
    result = scores([0.6, 0.9, 0.7], [0.9, 0.91, 0.97])
    chosen = replace(result, cross_validated=np.asarray([[[0.9], [0.5], [0.5]], [[0.1], [0.2], [0.2]]]))
    assert best_layers(chosen) == {"pretrained": 0, "fine-tuned": 1}
    first = sentences(chosen, label=True, recurring=400)[0]
    pretrained, tuned = first[first.index("pretrained") :].split("fine-tuned")
    assert "the embeddings" in pretrained
    assert "60.0 %" in pretrained
    assert "layer 1" in tuned
    assert "91.0 % right (88.0 % to 94.0 %)" in tuned
    assert "70.0 %" not in first
    assert "97.0 %" not in first


def test_selectivity_is_what_is_left_after_the_control() -> None:
    text = sentences(scores([0.6, 0.8], [0.6, 0.9]), label=True, recurring=400)[1]
    assert "layer 1 of the pretrained model gets 40.0 %" in text
    assert "40.0 points, is selectivity" in text
    assert "35.0 %" in text
    assert "only 12 rows" in sentences(scores([0.6, 0.8], [0.6, 0.9]), label=True, recurring=12)[1]
    blind = sentences(scores([0.6, 0.8], [0.6, 0.9], control=np.nan), label=True, recurring=0)[1]
    assert "cannot be told" in blind


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (0.5, "yes, some of it"),
        (0.78, "not visibly"),
        (0.9, "no, it is easier"),
    ],
)
def test_loss_of_information_is_judged_by_the_intervals_of_the_last_layer(
    after: float, sentence: str
) -> None:
    text = sentences(scores([0.6, 0.8], [0.6, after]), label=False, recurring=400)[-1]
    assert "'domain'" in text
    assert sentence in text
    same = sentences(scores([0.6, 0.8], [0.6, 0.8]), label=False, recurring=400)[-1]
    assert same.startswith("No layer changed")
