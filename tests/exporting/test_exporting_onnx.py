"""The ONNX file: the same probabilities at any length and any number of texts, without torch."""

from pathlib import Path

import numpy as np
import pytest
from tiny_exports import CHOICES, Choice, run_elsewhere, shares, write
from torch import Tensor, nn

from tests.architectures import TEXTS
from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import Pooling
from translearn_core.errors import BackboneError
from translearn_core.exporting import TOLERANCE, add_script, max_abs_difference, write_onnx
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.exporting.templates.predict_onnx import Classifier as OnnxClassifier

EXPORTED: dict[str, Choice] = {
    "bert": CHOICES["layers last"],
    "bert, a mix": CHOICES["mlp on a mix, max"],
    "mpnet": Choice("mpnet", pooling=Pooling.CLS),
    "gpt2": CHOICES["pooling last"],
}
LONG = " ".join(["the film was good and the plot was bad"] * 6)
ASKED = (*TEXTS, LONG)


def silent(stage: str, done: float, total: float) -> None:
    """Report to nobody."""


@pytest.mark.parametrize("name", EXPORTED)
def test_it_says_what_the_model_said_at_any_length_and_number(name: str, tmp_path: Path) -> None:
    ours = write(EXPORTED[name], tmp_path, ASKED)
    with silence_transformers():
        model = Classifier(tmp_path)
    write_onnx(tmp_path, model, name, pad=model.pad, tokens=16)
    worst = max_abs_difference(OnnxClassifier(tmp_path).answer, ASKED, ours, "The ONNX file", silent)
    assert worst < 1e-5
    for text, row in zip(ASKED, ours, strict=True):  # each length on its own
        np.testing.assert_allclose(OnnxClassifier(tmp_path).answer([text]), row[None], atol=1e-5)
    add_script(tmp_path, "predict_onnx.py")
    (told,) = run_elsewhere("predict_onnx.py", [tmp_path], ASKED, blocked="torch,transformers").values()
    np.testing.assert_allclose(shares(told), ours, atol=1e-5)


def test_a_model_that_answers_otherwise_is_refused() -> None:
    ours = np.full((9, 2), 0.5)
    assert max_abs_difference(lambda texts, _: ours[: len(texts)], ["x"] * 9, ours, "It", silent) == 0
    with pytest.raises(BackboneError, match=r"It gives probabilities that differ .* by up to 0\.0002"):
        max_abs_difference(lambda texts, _: ours[: len(texts)] + 2 * TOLERANCE, ["x"] * 9, ours, "It", silent)
    with pytest.raises(BackboneError, match="inf"):
        max_abs_difference(lambda texts, _: ours[: len(texts)] * np.nan, ["x"] * 9, ours, "It", silent)


class Unwritable(nn.Module):
    """Does what no ONNX operator can: how much it computes depends on the values it is given."""

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        while ids.sum() > 3:
            ids = ids - mask
        return ids.float()


def test_an_architecture_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="strange-model cannot be written as ONNX"):
        write_onnx(tmp_path, Unwritable(), "strange-model", pad=1, tokens=16)
    assert not list(tmp_path.iterdir())
