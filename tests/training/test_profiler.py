"""Step profiling where memory does not suffice for every plan."""

from collections.abc import Callable

import pytest

from translearn_core.activations import Compute
from translearn_core.backbones import load
from translearn_core.config import BackboneConfig, Device, FreezePlan, Precision, TrainingConfig
from translearn_core.errors import Stopped
from translearn_core.results import CostModel
from translearn_core.training import profiler
from translearn_core.training.profiler import LONG, SHORT, fit_steps, profile_steps

NO_MEMORY = "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried to "
NO_MEMORY += "allocate 384051072 bytes. Error code 12 (Cannot allocate memory)"


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], list[FreezePlan]]:
    """Let memory suffice for so many blocks, and for the embeddings or not; returns the plans tried."""

    def limited(most: int, embeddings: bool) -> list[FreezePlan]:
        tried: list[FreezePlan] = []
        real = profiler._Profiler._loop

        def loop(self: object, plan: FreezePlan, inputs: object) -> object:
            tried.append(plan)
            if len(plan.blocks) > most or (plan.embeddings and not embeddings):
                raise RuntimeError(NO_MEMORY)
            return real(self, plan, inputs)

        monkeypatch.setattr(profiler._Profiler, "_loop", loop)
        return tried

    return limited


def profile(tiny: str, **options: object) -> CostModel:
    backbone = load(BackboneConfig(id=tiny))
    training = TrainingConfig(batch_size=4)
    compute = Compute.choose(Device.CPU, Precision.FLOAT32)
    pooling = backbone.info.pooling
    return profile_steps(
        backbone, compute, pooling=pooling, training=training, load=0.1, limit_bytes=10**9, **options
    )


def test_embeddings_that_do_not_fit_are_estimated_and_come_last(
    tiny: str, plans: Callable[[int, bool], list[FreezePlan]]
) -> None:
    tried = plans(99, False)
    model = profile(tiny)
    n = load(BackboneConfig(id=tiny)).n_blocks
    assert [plan.embeddings for plan in tried] == [False] * (len(tried) - 1) + [True]
    assert max(len(plan.blocks) for plan in tried[:-1]) == n
    assert model.step_embeddings > 0
    assert min(model.head_step, model.encode_embeddings, model.step_block + model.step_token) > 0


def test_blocks_that_do_not_fit_are_replaced_by_fewer(
    tiny: str, plans: Callable[[int, bool], list[FreezePlan]]
) -> None:
    tried = plans(1, True)
    model = profile(tiny)
    assert not any(plan.embeddings for plan in tried), "what holds the blocks and more fits even less"
    assert model.step_block + model.step_token > 0
    assert model.saved_bytes > 0


def test_other_errors_are_not_taken_for_a_lack_of_memory(tiny: str) -> None:
    def stop(stage: str, done: float = 0, total: float = 0) -> None:
        if done > 4:
            raise Stopped(stage)

    with pytest.raises(Stopped, match="timing a few steps"):
        profile(tiny, report=stop)


def test_the_fit_returns_what_steps_were_made_of() -> None:
    made = {(k, length): 0.01 + k * (0.002 + 8 * length * 1e-5) for k in (1, 6) for length in (SHORT, LONG)}
    assert fit_steps(made, 8) == pytest.approx((0.01, 0.002, 1e-5))


def test_a_slow_step_is_timed_once(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiler, "ENOUGH_SECONDS", 0.0)
    calls: list[float] = []
    profile(tiny, report=lambda stage, done, total: calls.append(done))
    assert calls == [step for step in range(profiler.MEASUREMENTS) for _ in range(2)][: len(calls)]
