"""The peer: sentence-transformers' ``encode``, and a logistic regression on what comes out."""

import time

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
from sklearn.linear_model import LogisticRegression

from tests.benchmarks.work import answer, requested
from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.config import BackboneConfig


def main() -> None:
    """Encode, fit and score."""
    work = requested()
    learnt, reported = work.tables()
    reader = Transformer(str(resolve_backbone(BackboneConfig(), network=False)), max_seq_length=128)
    model = SentenceTransformer(modules=[reader, Pooling(384)])
    if work.precision == "bf16":
        model = model.to(torch.bfloat16)
    began = time.perf_counter()
    features = model.encode(learnt.texts, convert_to_tensor=True).float().cpu().numpy()
    encoded = time.perf_counter() - began
    head = LogisticRegression(max_iter=1000, random_state=work.seed).fit(features, learnt.labels)
    seconds = time.perf_counter() - began
    held = model.encode(reported.texts, convert_to_tensor=True).float().cpu().numpy()
    answer(
        seconds=seconds,
        encode=encoded,
        scores={"accuracy": float(np.mean(head.predict(held) == reported.labels))},
    )


if __name__ == "__main__":
    main()
