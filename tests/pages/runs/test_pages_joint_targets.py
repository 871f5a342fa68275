"""Pages about a training of several targets: choosing the columns, their scores, one of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from filled import Filled, make_prediction
from visits import Open, keys, page_text

from pages._ui.diagnostics import forgetting
from pages._ui.results.paired_comparison import same_target
from translearn_core.config import (
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    TargetConfig,
    TaskWeighting,
    TrainingConfig,
)
from translearn_core.jobs import DiagnoseConfig, PairedComparisonConfig, PredictConfig
from translearn_core.results import EpochPoint, Estimate, Metrics, PairedComparison, RunSummary
from translearn_core.results.comparison import Difference
from translearn_core.results.metric import MEAN_SCORE
from translearn_core.runs import Run, State

COLUMNS = ("label", "tone")
NO_NEIGHBOURS = pd.DataFrame({"text": [], "similarity": [], "neighbour": [], "label": [], "row": []})


class Joint:
    """A finished training of two targets and the run of each, with results as a worker writes them."""

    def __init__(self, filled: Filled, **training: object) -> None:
        self.filled, rows = filled, 90
        lines = [f"text {i},{filled.classes[i % 3]},{'calm' if i % 2 else 'loud'}" for i in range(rows)]
        filled.table("two.csv", ("text,label,tone\n" + "\n".join(lines)).encode())
        targets = tuple(TargetConfig(column=column) for column in COLUMNS)
        filled.look(DataConfig(dataset=filled.dataset.digest, text="text", targets=targets))
        plan = FreezePlan.last_n(1, 6)
        self.config = ExperimentConfig(
            data=filled.data, freeze=plan, training=TrainingConfig(epochs=2, **training)
        )
        run = filled.store.submit(filled.owner, self.config, "both")
        filled.store.add_points(run.job.id, [self.epoch(k) for k in range(1, 5)])
        self.run = filled.answer(self.config, self.summary(plan), name="both")
        filled.store.submit_target_runs(self.run.job.id)
        self.views = [
            self.view(config, seed) for seed, config in enumerate(self.config.target_runs(run.job.id))
        ]

    def epoch(self, k: int) -> EpochPoint:
        """Return an epoch of which the first half improves the label, the second worsens it."""
        label = 0.5 + 0.1 * k if k < 3 else 0.7 - 0.05 * k
        scores, losses = {"loss": 2 / k, MEAN_SCORE: label}, {f"{column}/loss": 1 / k for column in COLUMNS}
        for column, value in zip(COLUMNS, (label, 0.4 + 0.1 * k), strict=True):
            scores |= {f"{column}/accuracy": value, f"{column}/macro_f1": value}
        learned = self.config.training.task_weighting is TaskWeighting.UNCERTAINTY
        weights = {"label": 1 - 0.1 * k, "tone": 1 + 0.1 * k} if learned else {}
        return EpochPoint(
            k, 10 * k, scores, scores | losses, 1.0, k == 4, stage=int(k > 2), loss_weights=weights
        )

    def summary(self, plan: FreezePlan) -> RunSummary:
        """Return the summary of all targets."""
        scores = {MEAN_SCORE: Estimate(0.7, 0.6, 0.8)}
        for column in COLUMNS:
            scores[f"{column}/accuracy"] = Estimate(0.7, 0.6, 0.8)
        metrics = Metrics(18, scores, 0.9)
        return replace(self.filled.summary(plan), validation=metrics, test=metrics)

    def view(self, config: ExperimentConfig, seed: int) -> Run:
        """Store the run of one target."""
        plan = config.freeze
        results = (self.filled.evaluation(seed), self.filled.drift(plan), self.filled.summary(plan, seed))
        run = self.filled.answer(config, *results)
        self.filled.store.add_points(
            run.job.id, [self.epoch(k).for_target(config.data.label) for k in (1, 2)]
        )
        return run


@pytest.fixture
def joint(filled: Filled) -> Joint:
    return Joint(filled)


def test_results_show_every_target_and_then_the_chosen_one(joint: Joint, visit: Open) -> None:
    at = visit("results", run=joint.run.id)
    assert not at.error
    frame = next(table.value for table in at.dataframe if "target" in table.value)
    assert frame["target"].tolist() == list(COLUMNS)
    accuracy = joint.filled.evaluation(1).metrics["test"].headline
    assert frame["test"].iloc[1] == pytest.approx(accuracy.value)
    choice = at.get("button_group")
    assert choice
    shown = {m.label: m.value for m in at.metric}
    own = joint.filled.evaluation(0).metrics["test"].headline
    assert shown["Test accuracy"] == f"{100 * own.value:.1f} %"


def test_a_target_says_what_it_is_part_of(joint: Joint, visit: Open) -> None:
    at = visit("results", run=joint.views[1].id)
    assert not at.error
    assert "One target of a training of several: label, tone." in page_text(at)
    assert not [table for table in at.dataframe if "target" in table.value]


def test_what_sharing_gave_is_the_difference_from_the_target_alone(joint: Joint, visit: Open) -> None:
    at = visit("results", run=joint.run.id)
    at.button(key="train_alone").click().run()
    view = joint.config.target_runs(joint.run.job.id)[0]
    alone = view.model_copy(update={"joint_run": None})
    owned = {run.job.config for run in joint.filled.store.runs(joint.filled.owner)}
    assert alone in owned
    single_summary = joint.filled.summary(alone.freeze)
    single = joint.filled.answer(alone, single_summary)
    pair = PairedComparisonConfig(job=single.job.id, other=joint.views[0].job.id)
    scores = Estimate(0.7, 0.6, 0.8), Estimate(0.75, 0.65, 0.85)
    result = PairedComparison("accuracy", 18, 0, 0, *scores, Difference(0.05, 0.01, 0.09, 1))
    joint.filled.answer(pair, result)
    joint.filled.points(single.job.id)
    at = visit("results", run=joint.run.id)
    frame = next(table.value for table in at.dataframe if "test alone" in table.value)
    assert frame["test alone"].iloc[0] == single_summary.test.headline.value
    text = page_text(at)
    assert "label with the other targets is 5.0 points better than the run of label alone" in text


@pytest.mark.parametrize("page", ["embeddings", "probes", "predict", "evidence"])
def test_other_pages_are_about_one_of_its_targets(joint: Joint, visit: Open, page: str) -> None:
    at = visit(page, run=joint.run.id)
    assert not at.error
    assert at.selectbox(key="chosen_run").value == joint.views[0].id
    assert joint.run.id not in set(at.selectbox(key="chosen_run").options)


def test_a_sentence_is_predicted_for_every_target(joint: Joint, visit: Open) -> None:
    texts = ("quiet and calm", "so loud")
    shares = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]])
    for view, order, near in zip(joint.views, (1, -1), (5, 0), strict=True):
        prediction = make_prediction(texts, joint.filled.classes, shares[:, ::order], NO_NEIGHBOURS)
        joint.filled.answer(PredictConfig(job=view.job.id, texts=texts, neighbours=near), prediction)
    at = visit("predict", run=joint.views[0].id)
    at.text_area(key="sentences").set_value("\n".join(texts))
    at.button(key="predict").click().run()
    assert not at.error
    frame = next(table.value for table in at.dataframe if "tone" in table.value)
    first, *_, last = joint.filled.classes
    assert frame["text"].tolist() == list(texts)
    assert frame["label"].tolist() == [first, last]
    assert frame["tone"].tolist() == [last, first]


def test_one_after_the_other_says_what_was_forgotten(filled: Filled, visit: Open) -> None:
    joint = Joint(filled, task_order="sequential")
    at = visit("results", run=joint.run.id)
    assert not at.error
    text = page_text(at)
    assert "macro-F1 on validation was 70.0 % when its own training ended and 50.0 % at the end" in text
    assert "20.0 points forgotten" in text


def test_learned_weights_of_the_losses_are_shown_by_epoch(filled: Filled, visit: Open) -> None:
    at = visit("results", run=Joint(filled, task_weighting="uncertainty").run.id)
    assert not at.error
    assert "Learned weights of the losses" in [one.value for one in at.subheader]
    frame = next(table.value for table in at.dataframe if "weight" in table.value)
    assert frame[frame["target"] == "tone"]["weight"].tolist() == pytest.approx([1.1, 1.2, 1.3, 1.4])


def test_the_runs_of_targets_stand_together_under_one_name(joint: Joint, visit: Open) -> None:
    joint.filled.train("later", FreezePlan(), seed=7)
    at = visit("runs")
    assert not at.error
    frame = next(table.value for table in at.dataframe if "target" in table.value)
    own = frame[frame["name"] == "both"]
    assert own["target"].tolist() == ["", *COLUMNS]
    assert np.ptp(own.index) == 2
    assert not [name for name in frame if "of tone" in name]
    assert [text.value for text in at.text].count("both") == 3
    assert "tone" in page_text(at)


def test_a_bad_target_is_named_on_the_data_page(joint: Joint, visit: Open) -> None:
    filled = joint.filled
    lines = [f"text {i},{filled.classes[i % 3]},same" for i in range(90)]
    filled.table("bad.csv", ("text,label,tone\n" + "\n".join(lines)).encode())
    filled.look(DataConfig(dataset=filled.dataset.digest, text="text", targets=joint.config.data.targets))
    at = visit("data")
    at.multiselect(key="more_targets").set_value(["tone"]).run()
    assert not at.exception
    assert "Column 'tone' holds one class only, 'same': choose another label column" in page_text(at)
    assert "to_backbone" not in keys(at)


@pytest.mark.parametrize("curve", ["Loss", "Loss of tone", "Accuracy of label"])
def test_the_monitor_draws_every_curve(joint: Joint, visit: Open, curve: str) -> None:
    at = visit("run", run=joint.run.id)
    buttons = next(group for group in at.button_group if curve in group.options)
    assert not buttons.set_value(curve).run().exception


def test_the_monitor_shows_the_mean_score(joint: Joint, visit: Open) -> None:
    at = visit("run", run=joint.run.id)
    assert not at.error
    assert "Validation mean score" in {m.label for m in at.metric}


def test_further_columns_to_predict_are_chosen_on_the_data_page(joint: Joint, visit: Open) -> None:
    at = visit("data")
    chosen = at.multiselect(key="more_targets")
    assert chosen.value == ["tone"]  # the draft follows the newest run
    assert at.session_state["draft"].data.targets == joint.config.data.targets
    chosen.set_value([]).run()
    draft = at.session_state["draft"]
    assert [target.column for target in draft.data.targets] == ["label"]
    assert draft.training.task_order == "joint"
    at.multiselect(key="more_targets").set_value(["tone"]).run()
    config = at.session_state["draft"].diagnose
    assert isinstance(config, DiagnoseConfig)
    assert config.data.targets == joint.config.data.targets


def test_the_settings_of_several_targets_stand_on_the_training_page(joint: Joint, visit: Open) -> None:
    at = visit("train")
    at.selectbox(key="training.task_weighting").select("learned (uncertainty)").run()
    assert at.session_state["draft"].training.task_weighting == "uncertainty"
    at.selectbox(key="training.task_weighting").select("by hand").run()
    at.number_input(key="training.loss_weight.tone").set_value(3.0).run()
    targets = at.session_state["draft"].experiment.data.targets
    assert [target.loss_weight for target in targets] == [1.0, 3.0]
    assert joint.run.state is State.DONE


def test_targets_are_not_compared_row_by_row(joint: Joint, visit: Open) -> None:
    at = visit("compare")
    at.multiselect(key="compared").set_value([view.id for view in joint.views]).run()
    assert not at.exception
    assert "different targets, 'label' and 'tone'" in page_text(at) or "'tone' and 'label'" in page_text(at)
    assert not same_target(*joint.views)
    assert same_target(joint.views[0], joint.filled.run)


def test_targets_of_one_training_are_no_earlier_tasks_of_each_other(joint: Joint) -> None:
    first, second = joint.views
    assert not forgetting.is_another_task(second, first.job.config)
    assert forgetting.is_another_task(joint.filled.run, first.job.config)
