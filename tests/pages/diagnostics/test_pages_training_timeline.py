"""Training timeline, snapshots and layer weights on the pages."""

from dataclasses import replace

import numpy as np
import pytest
from filled import MINILM, Filled
from streamlit.testing.v1 import AppTest
from visits import Open, page_text

from pages._ui.diagnostics import snapshots
from pages._ui.forms import training_timeline
from pages._ui.results import weights
from translearn_core.config import DataConfig, ExperimentConfig, FreezePlan, Stage, TrainingConfig
from translearn_core.errors import NotFoundError
from translearn_core.jobs import SNAPSHOTS, SnapshotsConfig
from translearn_core.results import EpochPoint, History, LayerMix, Snapshots
from translearn_core.runs import artifacts

DATA = DataConfig(dataset="d", text="text", label="label")
HEAD = Stage(freeze=FreezePlan(), epochs=3)


def experiment(plan: FreezePlan, *stages: Stage, **training: object) -> ExperimentConfig:
    return ExperimentConfig(data=DATA, freeze=plan, stages=stages, training=TrainingConfig(**training))


def words(lines: list[str]) -> list[str]:
    return [line.replace("\\", "").replace("*", "") for line in lines]


# before a training


def test_gradual_unfreezing_reads_what_was_kept_in_every_stage() -> None:
    config = experiment(FreezePlan.last_n(2, 6), HEAD, Stage(freeze=FreezePlan.last_n(1, 6)), epochs=1)
    head, last, both = words(training_timeline.describe_stages(config, MINILM))
    assert head.startswith("Head only, 3 epochs.")
    assert "activation cache" in head
    assert last.startswith("Block 5, 1 epoch. Block 5 and above train")
    assert both.startswith("Blocks 4, 5, 1 epoch. Block 4 and above train")
    assert all("runs once" in line for line in (head, last, both))


def test_what_an_earlier_stage_changed_is_run_once_more() -> None:
    config = experiment(
        FreezePlan.full(6),
        *(Stage(freeze=FreezePlan(blocks=(k,))) for k in (0, 3)),
        Stage(freeze=FreezePlan()),
    )
    first, second, third, last = words(training_timeline.describe_stages(config, MINILM))
    assert "Nothing is cached" in first
    assert "runs once more" in second
    assert "The frozen model runs once more" in third
    assert last.startswith("Embeddings + blocks 0–5, 3 epochs. Nothing is cached")


def test_a_model_that_cannot_be_cut_keeps_nothing() -> None:
    whole = replace(MINILM, supports_partial_forward=False)
    (line,) = words(training_timeline.describe_stages(experiment(FreezePlan.last_n(2, 6)), whole))
    assert line.startswith("Blocks 4, 5, 3 epochs. Nothing is cached")


@pytest.mark.parametrize(
    ("patience", "word"),
    [(1, "up to 20 epochs, fewer if one brings"), (3, "up to 20 epochs, fewer if 3 in a row bring")],
)
def test_a_stage_that_may_end_early_says_so(patience: int, word: str) -> None:
    stage = Stage(freeze=FreezePlan(), epochs=20, patience=patience)
    assert (
        word
        in words(training_timeline.describe_stages(experiment(FreezePlan.last_n(1, 6), stage), MINILM))[0]
    )


def test_a_run_that_goes_on_does_only_the_last_stage() -> None:
    config = experiment(FreezePlan.last_n(1, 6), HEAD).model_copy(update={"resume_from": "job"})
    assert [line[:7] for line in words(training_timeline.describe_stages(config, MINILM))] == ["Block 5"]


def test_the_preview_draws_the_stages_and_counts_steps_of_altered_copies_too() -> None:
    def page() -> None:
        from filled import MINILM

        from pages._ui.forms import training_timeline
        from translearn_core.config import (
            AugmentConfig,
            DataConfig,
            ExperimentConfig,
            FreezePlan,
            Stage,
            TrainingConfig,
        )
        from translearn_core.results import Workload

        config = ExperimentConfig(
            data=DataConfig(dataset="d", text="text", label="label", train_rows=50),
            freeze=FreezePlan.last_n(1, 6),
            stages=(Stage(freeze=FreezePlan(), epochs=3),),
            training=TrainingConfig(epochs=2, batch_size=10),
            augment=AugmentConfig(copies=1),
        )
        training_timeline.show_planned(config, MINILM, Workload(70, 10, 10, 8.0, 2))

    at = AppTest.from_function(page, default_timeout=30).run()
    assert not at.exception
    assert at.markdown[0].value.startswith("1. **Head only**, 3 epochs.")
    (chart,) = at.get("plotly_chart")
    assert "heatmap" in chart.proto.spec
    table = at.dataframe[0].value
    assert table["step"].max() == 5 * 10, "5 epochs of 100 texts, ten a step"
    assert set(table["part"]) == {"embeddings", *(f"block {k}" for k in range(6)), "head"}


# after a training


def point(number: int, stage: int, score: float) -> EpochPoint:
    return EpochPoint(number, 10 * number, {"loss": 0.5}, {"loss": 0.5, "macro_f1": score}, 1.0, False, stage)


def test_a_stage_that_ended_early_says_how_far_it_came_and_which_epoch_was_best() -> None:
    config = experiment(FreezePlan.last_n(1, 6), Stage(freeze=FreezePlan(), epochs=20, patience=1), epochs=1)
    history = History((), (point(1, 0, 0.7), point(2, 0, 0.6), point(3, 1, 0.8)))
    assert words(training_timeline.describe_finished_stages(config, history, 0)) == [
        "Head only, 2 of 20 epochs. Best validation macro-F1 0.700, in epoch 1.",
        "Block 5, 1 epoch. Best validation macro-F1 0.800, in epoch 3.",
    ]
    assert len(training_timeline.describe_finished_stages(config, history, 20)) == 1


def test_results_show_what_learned_when_and_what_moved(visit: Open, filled: Filled) -> None:
    at = visit("results")
    assert "What learned when? Training timeline" in [heading.value for heading in at.subheader]
    assert "Blocks 4, 5, 3 epochs." in page_text(at).replace("*", "")
    specs = [chart.proto.spec for chart in at.get("plotly_chart")]
    assert any('"frozen"' in spec for spec in specs)
    assert any('"did not move"' in spec for spec in specs)
    tables = [frame.value for frame in at.dataframe]
    rates = next(t for t in tables if list(t.columns) == ["part", "step", "stage", "trains", "rate"])
    assert rates["step"].max() == 30
    assert (rates.loc[rates["part"] == "block 3", "rate"] == 0).all()
    moved = next(t for t in tables if "epoch" in t and "relative_change" in t)
    assert set(moved["part"]) == {"block 4", "block 5", "head"}


def test_a_run_that_never_measured_what_moved_does_not_say_that_nothing_did(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = filled.store.history(filled.run.job.id)
    old = History(history.steps, tuple(replace(epoch, moved={}) for epoch in history.epochs))
    monkeypatch.setattr(type(filled.store), "history", lambda *_: old)
    at = visit("results")
    assert len(at.get("plotly_chart")) == 4
    assert "really went" not in page_text(at)


def test_a_run_that_went_on_shows_only_its_own_epochs(visit: Open, filled: Filled) -> None:
    parent = filled.run.job.config
    longer = parent.model_copy(update={"resume_from": filled.run.job.id})
    run = filled.store.submit(filled.owner, longer, "longer")
    filled.points(run.job.id, epochs=5, plan=parent.freeze)
    results = (filled.evaluation(), filled.drift(parent.freeze), filled.summary(parent.freeze))
    filled.answer(longer, *results, name="longer")
    at = visit("results", run=run.id)
    rates = next(f.value for f in at.dataframe if list(f.value.columns)[-1] == "rate")
    assert (rates["step"].min(), rates["step"].max()) == (31, 50)
    assert "2 of 3 epochs" in page_text(at)


def test_a_learned_mix_is_shown_where_there_is_one(visit: Open, filled: Filled) -> None:
    assert "Which layers does the head read? Layer weights" not in [
        h.value for h in visit("results").subheader
    ]
    run = filled.train("mixed", FreezePlan(), seed=7)
    mix = LayerMix((0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.1), 1.1)
    artifacts.save(filled.store.workspace.run(run.job.id), mix)
    at = visit("results", run=run.id)
    assert "Which layers does the head read? Layer weights" in [h.value for h in at.subheader]
    assert "layer 5, after block 4: 30.0 %" in page_text(at).replace("*", "")
    assert len(at.get("plotly_chart")) == 6


def test_the_mix_may_read_the_embeddings_most() -> None:
    assert "the embeddings" in weights.caption(LayerMix((0.6, 0.4), 1.0))


# the replay


def test_the_replay_is_shown_with_its_numbers(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    assert SNAPSHOTS.heading in [heading.value for heading in at.subheader]
    assert any('"frames"' in chart.proto.spec for chart in at.get("plotly_chart"))
    assert "label agreement" in page_text(at)
    table = next(f.value for f in at.dataframe if "probe accuracy" in f.value)
    assert len(table) == 3 * 7


def test_a_run_of_the_head_alone_says_why_there_is_nothing(visit: Open, filled: Filled) -> None:
    run = filled.train("head", FreezePlan(), seed=3)
    filled.insights(run)
    at = visit("embeddings", run=run.id)
    assert SNAPSHOTS.unsupported(run.job.config) in page_text(at)
    assert not [slider for slider in at.slider if slider.key == snapshots.LAYER]


def test_a_model_whose_layers_cannot_be_seen_says_so() -> None:
    config = experiment(FreezePlan.last_n(1, 6))
    assert snapshots.unsupported_reason(config, MINILM) == ""
    assert "cannot be looked at" in snapshots.unsupported_reason(
        config, replace(MINILM, supports_partial_forward=False)
    )


def test_a_replay_is_asked_for_by_a_button(visit: Open, filled: Filled) -> None:
    at = visit("embeddings")
    config = SnapshotsConfig(job=filled.run.job.id, layer=2)
    at.slider(key=snapshots.LAYER).set_value(2).run()
    with pytest.raises(NotFoundError, match="no such run"):
        filled.store.run(filled.owner, submitted_id(config))
    at.button(key="compute-snapshots").click().run()
    assert filled.store.run(filled.owner, submitted_id(config)).job.config == config


def submitted_id(config: SnapshotsConfig) -> str:
    from translearn_core.config import job_id

    return job_id(config)


def moved(purity: list[float]) -> Snapshots:
    n = len(purity)
    scores = np.repeat(np.asarray(purity)[:, None], 2, axis=1)
    return Snapshots(
        1, ("a", "b"), ("train", "test"), ("before training", *(f"after epoch {k}" for k in range(1, n))),
        tuple(range(n)), tuple(range(n)), (0,) * n, "accuracy", "majority-class baseline", 0.5, 2, 2,
        np.zeros((n, 4, 2), np.float32), np.arange(4), np.asarray([0, 1, 0, 1]), np.asarray([0, 0, 1, 1]),
        scores, scores - 0.1, scores + 0.1, scores, np.full(scores.shape, 0.1),
    )  # fmt: skip


def test_the_sentence_names_the_largest_step() -> None:
    text = snapshots.caption(moved([0.5, 0.55, 0.75, 0.8])).replace("\\", "").replace("*", "")
    assert "among the 4 texts shown here: 50.0 % before training, 80.0 % at the end" in text
    assert "after epoch 2, plus 20.0 points" in text


def test_the_sentence_says_where_nothing_came_closer() -> None:
    assert "not rise" in snapshots.caption(moved([0.5, 0.5, 0.4]))
    assert "one snapshot" in snapshots.caption(moved([0.5]))
