"""Classes without training rows are never predicted, in any precision."""

import numpy as np
import pytest
import torch

from tests.targets import single_label
from translearn_core.config import HeadConfig, HeadKind
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer.heads import build_head, suppress_outputs


@pytest.mark.parametrize("kind", HeadKind)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_class_without_rows_has_probability_0_after_training_on_the_others(kind, dtype):
    torch.manual_seed(0)
    head = build_head(HeadConfig(kind=kind, width=16), (8,), 4)
    suppress_outputs(head, [1, 3])
    features = torch.randn(64, 8)
    labels = (features[:, 0] > 0).long() * 2
    optimizer = torch.optim.AdamW(head.parameters(), lr=0.1, weight_decay=0.1)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(head(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    probabilities = head.eval()(features).to(dtype).softmax(-1)
    assert (probabilities[:, [1, 3]] == 0).all()
    assert (probabilities[:, [0, 2]].sum(1) - 1).abs().max() < 0.01


def test_absent_classes_are_those_without_training_rows():
    rows = TrainingRows(single_label([0, 2, 2, 1, 3], 4), np.array([0, 1, 2]), np.array([3]))
    assert rows.problem.absent_outputs(rows.target, rows.train).tolist() == [1, 3]
