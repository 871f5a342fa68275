from dataclasses import replace

import numpy as np
import pytest

from tests.targets import single_label
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    ContrastiveConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    ProblemType,
    SelfTrainingConfig,
    TargetConfig,
    TaskWeighting,
    TrainingConfig,
    recipe,
)
from translearn_core.experiment.build_model import build
from translearn_core.results import BackboneInfo, CostModel, Workload
from translearn_core.tasks import JointTarget, Target

BLOCKS = 6
MODEL = BackboneInfo(
    id="model", architecture="BertModel", width=384, token_limit=512, vocabulary=30_522, causal=False,
    embedding_parameters=11_900_000, final_parameters=0, block_parameters=(1_774_464,) * BLOCKS,
    block_class=(
        "BertLayer"
    ), bytes=90_000_000, digest="d", supports_partial_forward=True,
    unsupported_reason=None, language_note=None,
)  # fmt: skip
TIMED = CostModel(
    device="CPU",
    precision="bf16",
    batch_size=32,
    encode_embeddings=1e-6,
    encode_block=7e-6,
    encode_text=1e-5,
    step=5e-3,
    step_block=2e-3,
    step_token=2e-5,
    step_embeddings=3e-2,
    head_step=4e-4,
    saved_bytes=3e4,
    load=0.3,
    base_bytes=500_000_000,
    limit_bytes=10**10,
)
TASK = Workload(train=6920, validation=872, test=1821, tokens_per_text=23.0, n_outputs=2)


def config(plan: FreezePlan, **training: object) -> ExperimentConfig:
    settings = TrainingConfig(**training)
    return ExperimentConfig(data=DataConfig(dataset="d", text="t", label="l"), freeze=plan, training=settings)


def test_cost_follows_the_lowest_trainable_block() -> None:
    plans = [FreezePlan.last_n(k, BLOCKS) for k in range(BLOCKS + 1)] + [FreezePlan.full(BLOCKS)]
    costs = [TIMED.estimate(MODEL, config(plan), TASK) for plan in plans]
    assert [e.seconds for e in costs] == sorted(e.seconds for e in costs)
    assert [e.memory_bytes for e in costs[1:]] == sorted(e.memory_bytes for e in costs[1:])
    alone = TIMED.estimate(MODEL, config(FreezePlan(blocks=(2,))), TASK)
    assert alone.seconds == pytest.approx(costs[4].seconds), "freezing above the boundary saves no time"


def test_more_epochs_cost_steps_and_no_second_pass() -> None:
    one, two = (TIMED.estimate(MODEL, config(FreezePlan(), epochs=epochs), TASK).seconds for epochs in (1, 2))
    assert two - one < 0.2 * one


def test_what_does_not_fit_is_offered_smaller_and_more_frozen() -> None:
    heavy = config(FreezePlan.full(BLOCKS), batch_size=1024)
    assert TIMED.estimate(MODEL, heavy, TASK).fits
    tight = replace(TIMED, limit_bytes=2_000_000_000)
    assert not tight.estimate(MODEL, heavy, TASK).fits
    smaller, frozen = tight.lighter(MODEL, heavy, TASK)
    assert smaller.freeze == heavy.freeze
    assert smaller.training.batch_size < 1024
    assert frozen.training == heavy.training
    assert frozen.freeze.first_trainable_block(BLOCKS) > -1
    assert all(tight.estimate(MODEL, each, TASK).fits for each in (smaller, frozen))
    assert replace(TIMED, limit_bytes=1).lighter(MODEL, heavy, TASK) == []


def test_looking_for_a_rate_costs_its_steps_and_one_pass_over_the_rows_they_take() -> None:
    def seconds(plan: FreezePlan, task: Workload = TASK, steps: int = 100) -> float:
        return TIMED.search_seconds(MODEL, config(plan), steps, task)

    head, top, whole = (
        seconds(plan) for plan in (FreezePlan(), FreezePlan.last_n(2, 6), FreezePlan.last_n(6, 6))
    )
    assert head < top < whole
    assert seconds(FreezePlan.last_n(6, 6), steps=200) - whole == pytest.approx(whole - 3 * TIMED.load)
    assert seconds(FreezePlan(), replace(TASK, train=100_000)) == head, (
        "it takes no more rows than it has steps for"
    )
    assert seconds(FreezePlan(), replace(TASK, train=320)) < head


@pytest.mark.parametrize("kind", [HeadKind.LINEAR, HeadKind.MLP])
@pytest.mark.parametrize("weighting", TaskWeighting)
def test_the_heads_of_all_targets_are_counted_as_they_are_built(
    kind: HeadKind, weighting: TaskWeighting, tiny: str
) -> None:
    backbone = load(BackboneConfig(id=tiny))
    targets = (TargetConfig(column="a"), TargetConfig(column="b", problem=ProblemType.REGRESSION))
    several = ExperimentConfig(
        data=DataConfig(dataset="d", text="t", targets=targets),
        head=HeadConfig(kind=kind),
        training=TrainingConfig(task_weighting=weighting),
    )
    parts = (single_label([0, 1, 2], 3), Target("b", ProblemType.REGRESSION, ("b",), np.arange(3.0)))
    model = build(several, backbone, JointTarget.of(parts))
    estimate = TIMED.estimate(backbone.info, several, replace(TASK, n_outputs=4))
    assert estimate.trainable == sum(p.numel() for p in model.head.parameters())


def test_rows_without_a_label_cost_their_pass_and_the_trainings_with_them() -> None:
    task = replace(TASK, unlabelled=5_000)
    plans = FreezePlan(), FreezePlan.last_n(2, BLOCKS)
    for plan in plans:
        alone = config(plan, epochs=2)
        rounds = alone.model_copy(update={"self_training": SelfTrainingConfig(rounds=1)})
        more = alone.model_copy(update={"self_training": SelfTrainingConfig(rounds=3)})
        steps = alone.model_copy(update={"self_training": SelfTrainingConfig(method="consistency")})
        first, one, three, consistent = (
            TIMED.estimate(MODEL, each, task).seconds for each in (alone, rounds, more, steps)
        )
        assert first < one < three
        assert first == TIMED.estimate(MODEL, alone, TASK).seconds
        if plan.blocks:
            assert three - one == pytest.approx(2 * (one - first), rel=0.25)  # trainings from the start
            assert consistent > 2 * first  # three altered copies for each row of a step


def test_pairs_of_texts_cost_as_many_steps_as_texts_are_drawn() -> None:
    base = config(FreezePlan())
    seconds = {}
    for draws in (10, 20):
        pairs = recipe("contrastive").apply(base, BLOCKS)
        pairs = pairs.model_copy(update={"contrastive": ContrastiveConfig(draws=draws)})
        seconds[draws] = TIMED.estimate(MODEL, pairs, TASK).seconds
    steps = 10 * TASK.train / 32
    each = TIMED._step(MODEL, pairs, TASK.tokens_per_text, 0, 0)
    assert seconds[20] - seconds[10] == pytest.approx(1.25 * steps * each, rel=0.01)
