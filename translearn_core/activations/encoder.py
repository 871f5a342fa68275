"""Encoder: pooled vectors and token states of texts, computed by the backbone or read from the cache."""

import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations.activation_cache import ActivationCache, Writer
from translearn_core.activations.cache_keys import layer_digests, shard_name
from translearn_core.activations.device import Compute
from translearn_core.activations.lookup import CachedStates, Lookup
from translearn_core.activations.partial_forward import PartialForward
from translearn_core.activations.pooling import pool
from translearn_core.backbones import Backbone
from translearn_core.config import Pooling
from translearn_core.errors import BackboneError
from translearn_core.inputs.examples import Examples, ProgressCallback, batches_by_cost, no_progress
from translearn_core.inputs.pairs import SiamesePairs
from translearn_core.inputs.words import SentenceWords
from translearn_core.results import CacheUsage

TOKENS_PER_BATCH = {"cpu": 1024, "mps": 8192, "cuda": 65536}
"""Padded tokens per batch: small enough for a CPU's cache, large enough for a GPU."""

MIDDLE_SHARE = 0.2
"""Largest part of the cache for states that nobody asked for yet."""

FeatureKey = tuple[int, Pooling | None]
"""Layer and its pooling; None for token states."""


class Encoder:
    """Features of texts, pairs or words from one backbone, cached in `store`.

    Those of words are the states of their first pieces, whatever the pooling. Layer digests are computed
    once: make a new encoder after training the backbone.
    """

    def __init__(
        self,
        backbone: Backbone,
        texts: Examples | SiamesePairs | SentenceWords,
        compute: Compute,
        store: ActivationCache,
        report: ProgressCallback = no_progress,
    ) -> None:
        self.backbone, self.compute, self.store = backbone, compute, store
        self.siamese = isinstance(texts, SiamesePairs)
        self.words = texts if isinstance(texts, SentenceWords) else None
        self.texts: Examples = texts.texts if isinstance(texts, SiamesePairs | SentenceWords) else texts
        self.report = report
        self.encoded = 0
        self.saved = 0.0

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Digests of all that each layer depends on."""
        return layer_digests(self.backbone)

    @property
    def cache_usage(self) -> CacheUsage:
        """Texts encoded and seconds saved by the cache."""
        return CacheUsage(texts=len(self.texts), encoded=self.encoded, saved_seconds=self.saved)

    def pooled(self, pooling: Pooling, upto: int | None = None) -> list[Lookup]:
        """Return every layer from 0 to `upto` (default: the top), pooled.

        Raises
        ------
        BackboneError
            If the states of a layer cannot be recorded in this architecture.
        """
        top = self.backbone.n_blocks
        layers = range((top if upto is None else upto) + 1)
        lookups = self._ensure(
            {(layer, self._kind(pooling)) for layer in layers}, {(k, Pooling.MEAN) for k in layers}
        )
        return [self._by_row(lookups[layer, self._kind(pooling)]) for layer in layers]

    def pooled_layers(self, pooling: Pooling, layers: Collection[int]) -> list[Lookup]:
        """Return some layers pooled, lowest first; a pass also caches the other layers where possible.

        So it does the states entering the middle block, where the training of the last blocks can start.
        """
        top = self.backbone.n_blocks
        others = range(top + 1) if self.backbone.info.supports_partial_forward else range(top, top + 1)
        extra: set[FeatureKey] = {(layer, kind) for layer in others for kind in (pooling, Pooling.MEAN)}
        lookups = self._ensure({(layer, self._kind(pooling)) for layer in layers}, extra, middle=True)
        return [self._by_row(lookups[layer, self._kind(pooling)]) for layer in sorted(layers)]

    def _kind(self, pooling: Pooling) -> Pooling | None:
        """Return the kind of the cached vectors: words need the states of all tokens."""
        return None if self.words is not None else pooling

    def last_layer(self, pooling: Pooling) -> Lookup:
        """Return the model's output pooled."""
        return self.pooled_layers(pooling, (self.backbone.n_blocks,))[0]

    def precompute(self, cuts: Collection[int]) -> None:
        """Cache in one pass the states entering several blocks, lowest first, as far as there is room."""
        keys: list[FeatureKey] = []
        size = 0
        for cut in sorted(cuts):
            missing = self._find((cut, None)).missing
            size += self._bytes(missing)
            if not self.store.reserve(size):
                break
            keys.append((cut, None))
        if keys:
            self._ensure(keys, {(layer, Pooling.MEAN) for layer in range(max(cuts) + 1)})

    def _bytes(self, missing: NDArray[np.bool_]) -> int:
        tokens = int(self.texts.cost[missing].sum()) if missing.any() else 0
        return tokens * self.backbone.info.width * self.compute.cache_dtype.itemsize

    def states(self, cut: int) -> CachedStates | None:
        """Return the states entering block `cut`; None if the cache has no room for them."""
        key: FeatureKey = (cut, None)
        missing = self._find(key).missing
        if missing.any() and not self.store.reserve(self._bytes(missing)):
            return None
        extra: set[FeatureKey] = {(layer, Pooling.MEAN) for layer in range(cut + 1)}
        return CachedStates(cut, self._by_row(self._ensure({key}, extra)[key]))

    def _middle_states(self, rows: NDArray[np.int64], lookups: dict[FeatureKey, Lookup]) -> set[FeatureKey]:
        """Return the states entering the middle block, if a pass for `lookups` computes it and they fit."""
        key: FeatureKey = (self.backbone.n_blocks // 2, None)
        if not self.backbone.info.supports_partial_forward or not key[0]:
            return set()
        lowest = min(layer for (layer, _), lookup in lookups.items() if lookup.missing[rows].any())
        if self._start(rows, lowest)[0] > key[0]:
            return set()
        size = self._bytes(self._find(key).missing)
        fits = size <= MIDDLE_SHARE * self.store.cap and self.store.reserve(size)
        return {key} if fits else set()

    def _by_row(self, lookup: Lookup) -> Lookup:
        """Return the lookup of texts as one of pairs or words, if the rows are such."""
        return replace(lookup, siamese=self.siamese, words=self.words)

    def _find(self, key: FeatureKey) -> Lookup:
        layer, kind = key
        name = shard_name(self.layers[layer], self.texts.preprocessing, self.compute.precision, kind)
        return self.store.shard(name).find(self.texts.digests)

    def _ensure(
        self, keys: Collection[FeatureKey], extra: Collection[FeatureKey], *, middle: bool = False
    ) -> dict[FeatureKey, Lookup]:
        """Return `keys` for every text; if any are missing, compute them and `extra` in one pass.

        `middle`: compute the states entering the middle block too, if there is room.
        """
        lookups = {key: self._find(key) for key in keys}
        missing = np.any([lookup.missing for lookup in lookups.values()], axis=0)
        self.saved += max(lookup.seconds() for lookup in lookups.values())
        if missing.any():
            rows = self._distinct(np.flatnonzero(missing))
            lookups |= {key: self._find(key) for key in extra if key not in lookups}
            if middle:
                lookups |= {key: self._find(key) for key in self._middle_states(rows, lookups)}
            self._compute(rows, lookups)
            self.encoded = max(self.encoded, len(rows))
            lookups = {key: self._find(key) for key in keys}
        for key, lookup in lookups.items():
            if lookup.missing.any():
                raise BackboneError(
                    f"Layer {key[0]} of this architecture cannot be looked at: its blocks are not called as "
                    "modules, or hold their states in another layout."
                )
        return lookups

    def _distinct(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the first row of every distinct text among `rows`."""
        first: dict[bytes, int] = {}
        for row in rows.tolist():
            first.setdefault(self.texts.digests[row], row)
        return np.fromiter(first.values(), np.int64, len(first))

    def _compute(self, rows: NDArray[np.int64], lookups: dict[FeatureKey, Lookup]) -> None:
        """Compute and cache what `rows` lack, starting from the highest states cached for all of them."""
        needed = {key: lookup.missing for key, lookup in lookups.items() if lookup.missing[rows].any()}
        start, cached = self._start(rows, min(layer for layer, _ in needed))
        model, top = self.backbone.model, self.backbone.n_blocks
        upto = max(layer for layer, _ in needed)
        stop = upto if upto < top else None
        cost, device = self.texts.cost, self.compute.device
        total, done = int(cost[rows].sum()), 0

        def forward(part: NDArray[np.int64]) -> _Batch:
            began = time.perf_counter()
            inputs = self.texts.batch(rows[part]).to(device)
            batch = _Batch(rows[part], inputs.mask, needed)
            states = cached.batch(rows[part]).to(device) if cached else None
            output = run(inputs, states, batch.record)
            if stop is None:
                batch.record(top, output)
            batch.seconds = time.perf_counter() - began
            return batch

        model.train(False)
        writers = _Writers(self)
        parts = batches_by_cost(cost[rows], TOKENS_PER_BATCH[device.type])
        partial_forward = PartialForward.of(self.backbone)
        try:
            with (
                self.compute.inference(model),
                partial_forward.open(start=start, stop=stop, given=cached is not None) as run,
                self.compute.streams() as streams,
            ):
                for batch in streams(forward, parts):
                    writers.write(batch)
                    done += int(cost[batch.index].sum())
                    self.report(f"encoding {self.texts.noun}s", done, total)
        finally:
            writers.commit()

    def _start(self, rows: NDArray[np.int64], lowest: int) -> tuple[int, CachedStates | None]:
        """Return the highest layer, at most `lowest`, whose states are cached for all of `rows`."""
        if self.backbone.info.supports_partial_forward:
            for layer in range(min(lowest, self.backbone.n_blocks - 1), 0, -1):
                lookup = self._find((layer, None))
                if len(lookup.segments) and not lookup.missing[rows].any():
                    return layer, CachedStates(layer, lookup)
        return 0, None


class _Batch:
    """Batch of a pass and the features recorded from it."""

    def __init__(
        self, index: NDArray[np.int64], mask: Tensor | None, needed: dict[FeatureKey, NDArray[np.bool_]]
    ) -> None:
        self.index, self.mask, self.needed = index, mask, needed
        self.vectors: dict[FeatureKey, Tensor] = {}
        self.seconds = 0.0

    def record(self, layer: int, states: Tensor) -> None:
        """Record the needed features of a layer."""
        mask = torch.ones(states.shape[:2], device=states.device) if self.mask is None else self.mask
        if states.shape[:2] != mask.shape:
            return
        for at, kind in self.needed:
            if at == layer:
                self.vectors[at, kind] = states[mask.bool()] if kind is None else pool(states, mask, kind)


class _Writers:
    """Cache writers of a pass, one per feature."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.width = encoder, encoder.compute.width
        self._open: dict[FeatureKey, Writer] = {}

    def write(self, batch: _Batch) -> None:
        """Write the features of a batch that the cache lacks."""
        texts = self.encoder.texts
        cost = texts.cost[batch.index]
        for key, vectors in batch.vectors.items():
            new = batch.needed[key][batch.index]
            if not new.any():
                continue
            counts = cost if key[1] is None else np.ones_like(cost)
            new_vectors = torch.from_numpy(np.repeat(new, counts)).to(vectors.device)
            self._writer(key, vectors.shape[-1]).append(
                [texts.digests[i] for i in batch.index[new]],
                cost[new],
                counts[new],
                (vectors if new.all() else vectors[new_vectors]).cpu(),
                batch.seconds / self.width * float(cost[new].sum() / cost.sum()),
            )

    def commit(self) -> None:
        """Commit every writer, even if one of them fails."""
        with ExitStack() as commits:
            for writer in self._open.values():
                commits.callback(writer.commit)

    def _writer(self, key: FeatureKey, width: int) -> Writer:
        if key not in self._open:
            layer, kind = key
            encoder, compute = self.encoder, self.encoder.compute
            name = shard_name(encoder.layers[layer], encoder.texts.preprocessing, compute.precision, kind)
            dtype = compute.cache_dtype if kind is None else compute.pooled_dtype
            self._open[key] = encoder.store.shard(name).writer(width, dtype)
        return self._open[key]
