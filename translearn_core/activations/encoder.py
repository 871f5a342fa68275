"""The pass: every text once through the backbone, pooled at every layer, its states at the boundary kept.

What was computed before, by any run of the workspace, is read from the store instead.
"""

import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations.activation_cache import ActivationCache, Lookup, Writer, as_tensor
from translearn_core.activations.cache_keys import layer_digests, shard_name
from translearn_core.activations.device import Compute
from translearn_core.activations.partial_forward import PartialForward
from translearn_core.activations.pooling import pool
from translearn_core.activations.tokenization import ProgressCallback, TextBatchSource, by_length, no_progress
from translearn_core.backbones import Backbone
from translearn_core.config import Pooling
from translearn_core.errors import BackboneError
from translearn_core.results import CacheUsage

TOKENS_PER_BATCH = {"cpu": 1024, "mps": 8192, "cuda": 65536}
"""Padded tokens a batch: small enough for a CPU's cache, large enough for a GPU."""

FeatureKey = tuple[int, Pooling | None]
"""A layer pooled in a way, or its token states."""


@dataclass(frozen=True)
class CachedStates:
    """Hidden states entering block `cut` for every token of n texts, on disk and mapped."""

    cut: int
    found: Lookup

    def padded(self, index: NDArray[np.int64], length: int) -> Tensor:
        """Return the states of some texts, shape (len(index), length, width), zeros on padding."""
        found = self.found
        first = found.segments[0]
        out = np.zeros((len(index), length, first.about.width), dtype=first.data.dtype)
        for row, (s, place) in enumerate(zip(found.segment[index], found.place[index], strict=True)):
            segment = found.segments[s]
            start, count = segment.starts[place], segment.counts[place]
            out[row, :count] = segment.data[start : start + count]
        return as_tensor(out, first.about.dtype)


class Encoder:
    """One backbone as it now is, on a device, reading texts; its vectors come from the store or go there.

    Training the backbone afterwards makes it another one: make a new encoder.
    """

    def __init__(
        self,
        backbone: Backbone,
        texts: TextBatchSource,
        compute: Compute,
        store: ActivationCache,
        report: ProgressCallback = no_progress,
    ) -> None:
        self.backbone, self.texts, self.compute, self.store = backbone, texts, compute, store
        self.report = report
        self.encoded = 0
        self.saved = 0.0

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Digest of everything a layer depends on, for each layer."""
        return layer_digests(self.backbone)

    @property
    def cache_usage(self) -> CacheUsage:
        """What was computed, and what was found."""
        return CacheUsage(texts=len(self.texts), encoded=self.encoded, saved_seconds=self.saved)

    def pooled(self, pooling: Pooling, upto: int | None = None) -> list[Lookup]:
        """Return every layer pooled, from 0 to `upto` (the top if not given), computed where it is missing.

        Raises
        ------
        BackboneError
            If a layer of this architecture cannot be looked at.
        """
        top = self.backbone.n_blocks
        layers = range((top if upto is None else upto) + 1)
        found = self._ensure({(layer, pooling) for layer in layers}, {(k, Pooling.MEAN) for k in layers})
        return [found[layer, pooling] for layer in layers]

    def chosen(self, pooling: Pooling, layers: Collection[int]) -> list[Lookup]:
        """Return some layers pooled, lowest first; all others are kept too, where they can be looked at."""
        top = self.backbone.n_blocks
        others = range(top + 1) if self.backbone.anatomy.supports_partial_forward else range(top, top + 1)
        along: set[FeatureKey] = {(layer, how) for layer in others for how in (pooling, Pooling.MEAN)}
        found = self._ensure({(layer, pooling) for layer in layers}, along)
        return [found[layer, pooling] for layer in sorted(layers)]

    def top(self, pooling: Pooling) -> Lookup:
        """Return the model's output pooled."""
        return self.chosen(pooling, (self.backbone.n_blocks,))[0]

    def precompute(self, cuts: Collection[int]) -> None:
        """Compute in one pass the states that enter several blocks, lowest first as far as there is room."""
        wanted: list[FeatureKey] = []
        size = 0
        for cut in sorted(cuts):
            missing = self._find((cut, None)).missing
            size += self._bytes(missing)
            if not self.store.reserve(size):
                break
            wanted.append((cut, None))
        along: set[FeatureKey] = {(layer, Pooling.MEAN) for layer in range(max(cuts, default=-1) + 1)}
        if wanted:
            self._ensure(wanted, along)

    def _bytes(self, missing: NDArray[np.bool_]) -> int:
        tokens = int(self.texts.tokens.lengths[missing].sum()) if missing.any() else 0
        return tokens * self.backbone.anatomy.width * self.compute.cache_dtype.itemsize

    def states(self, cut: int) -> CachedStates | None:
        """Return the states that enter block `cut`; None where the store has no room for them."""
        want: FeatureKey = (cut, None)
        found = self._find(want)
        if found.missing.any() and not self.store.reserve(self._bytes(found.missing)):
            return None
        along: set[FeatureKey] = {(layer, Pooling.MEAN) for layer in range(cut + 1)}
        return CachedStates(cut, self._ensure({want}, along)[want])

    def _find(self, want: FeatureKey) -> Lookup:
        layer, kind = want
        name = shard_name(self.layers[layer], self.texts.limit, self.compute.precision, kind)
        return self.store.shelf(name).find(self.texts.digests)

    def _ensure(
        self, wanted: Collection[FeatureKey], along: Collection[FeatureKey]
    ) -> dict[FeatureKey, Lookup]:
        """Return what is wanted for every text; what is missing is computed in one pass, `along` with it."""
        found = {want: self._find(want) for want in wanted}
        missing = np.any([f.missing for f in found.values()], axis=0)
        self.saved += max(f.seconds() for f in found.values())
        if missing.any():
            found |= {want: self._find(want) for want in along if want not in found}
            rows = self._once(np.flatnonzero(missing))
            self._compute(rows, found)
            self.encoded = max(self.encoded, len(rows))
            found = {want: self._find(want) for want in wanted}
        for want, there in found.items():
            if there.missing.any():
                raise BackboneError(
                    f"Layer {want[0]} of this architecture cannot be looked at: its blocks are not called as "
                    "modules, or hold their states in another layout."
                )
        return found

    def _once(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the first row of every text among `rows`."""
        first: dict[bytes, int] = {}
        for row in rows.tolist():
            first.setdefault(self.texts.digests[row], row)
        return np.fromiter(first.values(), np.int64, len(first))

    def _compute(self, rows: NDArray[np.int64], found: dict[FeatureKey, Lookup]) -> None:
        """Compute what of `found` is missing for `rows`, from the highest states kept of them all."""
        needed = {want: f.missing for want, f in found.items() if f.missing[rows].any()}
        start, kept = self._start(rows, min(layer for layer, _ in needed))
        model, top = self.backbone.model, self.backbone.n_blocks
        upto = max(layer for layer, _ in needed)
        stop = upto if upto < top else None
        tokens, device = self.texts.tokens, self.compute.device
        total, done = int(tokens.lengths[rows].sum()), 0

        def passed(part: NDArray[np.int64]) -> _Passed:
            began = time.perf_counter()
            ids, mask = (t.to(device) for t in tokens.padded(rows[part]))
            batch = _Passed(rows[part], mask, needed)
            states = kept.padded(rows[part], ids.shape[1]).to(device) if kept else None
            output = run(ids, mask, states, batch.take)
            if stop is None:
                batch.take(top, output)
            batch.seconds = time.perf_counter() - began
            return batch

        model.train(False)
        writers = _Writers(self)
        parts = by_length(tokens.lengths[rows], TOKENS_PER_BATCH[device.type])
        split = PartialForward.of(self.backbone)
        try:
            with (
                self.compute.inference(model),
                split.open(start=start, stop=stop, given=kept is not None) as run,
                self.compute.streams() as streams,
            ):
                for batch in streams(passed, parts):
                    writers.write(batch)
                    done += int(batch.mask.sum())
                    self.report("encoding texts", done, total)
        finally:
            writers.commit()

    def _start(self, rows: NDArray[np.int64], lowest: int) -> tuple[int, CachedStates | None]:
        """Return the highest layer, at most `lowest`, whose states are kept for all of `rows`."""
        if self.backbone.anatomy.supports_partial_forward:
            for layer in range(min(lowest, self.backbone.n_blocks - 1), 0, -1):
                there = self._find((layer, None))
                if len(there.segments) and not there.missing[rows].any():
                    return layer, CachedStates(layer, there)
        return 0, None


class _Passed:
    """A batch on its way: what is needed of its layers."""

    def __init__(
        self, index: NDArray[np.int64], mask: Tensor, needed: dict[FeatureKey, NDArray[np.bool_]]
    ) -> None:
        self.index, self.mask, self.needed = index, mask, needed
        self.vectors: dict[FeatureKey, Tensor] = {}
        self.seconds = 0.0

    def take(self, layer: int, states: Tensor) -> None:
        """Take what is needed of a layer."""
        if states.shape[:2] != self.mask.shape:
            return
        for want in self.needed:
            if want[0] == layer:
                kind = want[1]
                self.vectors[want] = (
                    states[self.mask.bool()] if kind is None else pool(states, self.mask, kind)
                )


class _Writers:
    """The shelves that a pass fills."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.width = encoder, encoder.compute.width
        self._open: dict[FeatureKey, Writer] = {}

    def write(self, batch: _Passed) -> None:
        """Write what of a batch is new."""
        texts = self.encoder.texts
        lengths = texts.tokens.lengths[batch.index]
        for want, vectors in batch.vectors.items():
            new = batch.needed[want][batch.index]
            if not new.any():
                continue
            counts = lengths if want[1] is None else np.ones_like(lengths)
            of_new = torch.from_numpy(np.repeat(new, counts)).to(vectors.device)
            self._writer(want, vectors.shape[-1]).append(
                [texts.digests[i] for i in batch.index[new]],
                lengths[new],
                counts[new],
                (vectors if new.all() else vectors[of_new]).cpu(),
                batch.seconds / self.width * float(lengths[new].sum() / lengths.sum()),
            )

    def commit(self) -> None:
        """Put what was written into the shelves, also where the pass was stopped half-way."""
        with ExitStack() as every:  # one that fails does not keep the others from it
            for writer in self._open.values():
                every.callback(writer.commit)

    def _writer(self, want: FeatureKey, width: int) -> Writer:
        if want not in self._open:
            layer, kind = want
            encoder, compute = self.encoder, self.encoder.compute
            name = shard_name(encoder.layers[layer], encoder.texts.limit, compute.precision, kind)
            dtype = compute.cache_dtype if kind is None else compute.pooled_dtype
            self._open[want] = encoder.store.shelf(name).writer(width, dtype)
        return self._open[want]
