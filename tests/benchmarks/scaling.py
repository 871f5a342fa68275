"""How the pass grows: seconds, and memory that is not mapped files, for more and more rows."""

import threading
import time
from pathlib import Path

import psutil

from tests.benchmarks.ours import ROOM
from tests.benchmarks.work import answer, requested
from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.backbones import load
from translearn_core.config import BackboneConfig, Precision

SHORT = 8
"""Words of a short text."""


class Peak:
    """The most memory of this process's own, without mapped files, looked at ten times a second."""

    def __enter__(self) -> "Peak":
        self.bytes, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._over.wait(0.1):
            memory = process.memory_info()
            self.bytes = max(self.bytes, memory.rss - getattr(memory, "shared", 0))


def main() -> None:
    """Keep the states at the middle of the backbone for many short texts, no two alike."""
    work = requested()
    learnt, _ = work.tables()
    words = [word for text in learnt.texts for word in text.split()]
    texts = [
        f"{number} {' '.join(words[(7 * number + k) % len(words)] for k in range(SHORT))}"
        for number in range(work.rows)
    ]
    backbone = load(BackboneConfig())
    compute = Compute.choose(precision=Precision(work.precision))
    with Peak() as peak:
        began = time.perf_counter()
        read = backbone.examples(texts, 128)
        encoder = Encoder(backbone, read, compute, ActivationCache(Path(work.store), ROOM))
        states = encoder.states(backbone.n_blocks // 2)
        seconds = time.perf_counter() - began
    assert states is not None
    answer(rows=work.rows, seconds=seconds, tokens=int(read.cost.sum()), bytes=peak.bytes)


if __name__ == "__main__":
    main()
