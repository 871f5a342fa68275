"""What this machine can do: large matrix products, the fastest of several, in FLOP/s."""

import time

import torch

from tests.benchmarks.work import answer
from translearn_core.activations import Compute

SIZE = {"cpu": 2048, "cuda": 8192}


def rate(dtype: torch.dtype, device: str) -> float:
    """Return the rate of a square matrix product."""
    size = SIZE[device]
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(12):
        began = time.perf_counter()
        a @ b
        if device == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best


def main() -> None:
    """Measure."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    answer(
        device=Compute.choose().label,
        bf16=rate(torch.bfloat16, device),
        float32=rate(torch.float32, device),
    )


if __name__ == "__main__":
    main()
