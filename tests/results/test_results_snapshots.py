"""Tables of snapshots."""

import numpy as np

from translearn_core.results import LayerMix, Snapshots

SNAPSHOTS = Snapshots(
    layer=1,
    classes=("no", "yes"),
    splits=("train", "test"),
    moments=("before training", "after stage 1: head only"),
    epochs=(0, 3),
    steps=(0, 12),
    stages=(0, 0),
    metric="accuracy",
    constant_name="majority-class baseline",
    constant_baseline=0.5,
    n_train=2,
    n_test=1,
    coordinates=np.arange(12, dtype=np.float32).reshape(2, 3, 2),
    index=np.asarray([4, 7, 9]),
    label=np.asarray([0, 1, 0]),
    split=np.asarray([0, 0, 1]),
    score=np.asarray([[0.5, 0.6], [0.5, 0.8]]),
    low=np.asarray([[0.4, 0.5], [0.4, 0.7]]),
    high=np.asarray([[0.6, 0.7], [0.6, 0.9]]),
    purity=np.asarray([[0.5, 0.55], [0.5, 0.75]]),
    c=np.asarray([[0.01, 0.1], [0.01, 1.0]]),
)


def test_every_moment_and_layer_has_a_line() -> None:
    frame = SNAPSHOTS.frame()
    assert frame["moment"].tolist() == [m for m in SNAPSHOTS.moments for _ in range(2)]
    assert frame["stage"].tolist() == [0, 0, 1, 1]
    assert frame["layer"].tolist() == [0, 1, 0, 1]
    assert frame["probe accuracy"].tolist() == [0.5, 0.6, 0.5, 0.8]
    assert frame["C"].tolist() == [0.01, 0.1, 0.01, 1.0]
    assert frame["label agreement"].tolist() == [0.5, 0.55, 0.5, 0.75]


def test_every_moment_and_text_has_a_line() -> None:
    points = SNAPSHOTS.points()
    assert len(points) == 6
    assert points["index"].tolist() == [4, 7, 9] * 2
    assert points["label"].tolist() == ["no", "yes", "no"] * 2
    assert points["split"].tolist() == ["train", "train", "test"] * 2
    assert points[["x", "y"]].to_numpy().tolist()[-1] == [10.0, 11.0]


def test_a_mix_stands_beside_what_even_weights_would_be() -> None:
    frame = LayerMix((0.1, 0.2, 0.7), 1.3).frame()
    assert frame["layer"].tolist() == [0, 1, 2]
    assert frame["weight"].tolist() == [0.1, 0.2, 0.7]
    assert frame["even weight"].tolist() == [1 / 3] * 3
