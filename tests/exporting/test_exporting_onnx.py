"""ONNX export: the same probabilities for any length and number of texts, without torch."""

from pathlib import Path

import numpy as np
import pytest
from tiny_exports import CHOICES, Choice, run_elsewhere, shares, write
from torch import Tensor, nn

from tests.architectures import TEXTS
from translearn_core.activations import no_progress
from translearn_core.backbones.silence import silence_transformers
from translearn_core.config import PairEncoding, Pooling
from translearn_core.errors import BackboneError
from translearn_core.exporting.archive import add_script
from translearn_core.exporting.onnx_export import write_onnx
from translearn_core.exporting.parity_check import TOLERANCE, max_abs_difference
from translearn_core.exporting.templates.predict import Classifier
from translearn_core.exporting.templates.predict_onnx import Classifier as OnnxClassifier

EXPORTED: dict[str, Choice] = {
    "bert": CHOICES["layers last"],
    "bert, a mix": CHOICES["mlp on a mix, max"],
    "mpnet": Choice("mpnet", pooling=Pooling.CLS),
    "gpt2": CHOICES["pooling last"],
    "adapters": CHOICES["adapters on bert"],
}
LONG = " ".join(["the film was good and the plot was bad"] * 6)
INPUTS = (*TEXTS, LONG)


@pytest.mark.parametrize("name", EXPORTED)
def test_probabilities_equal_the_models_for_any_length_and_number(name: str, tmp_path: Path) -> None:
    expected = write(EXPORTED[name], tmp_path, INPUTS)
    with silence_transformers():
        model = Classifier(tmp_path)
    write_onnx(tmp_path, model, name, inputs=model.inputs, pad=model.pad, tokens=16)
    worst = max_abs_difference(
        OnnxClassifier(tmp_path).answer, INPUTS, expected, "The ONNX file", no_progress
    )
    assert worst < 1e-5
    for text, row in zip(INPUTS, expected, strict=True):  # in batches of one
        np.testing.assert_allclose(OnnxClassifier(tmp_path).answer([text]), row[None], atol=1e-5)
    add_script(tmp_path, "predict_onnx.py")
    (lines,) = run_elsewhere("predict_onnx.py", [tmp_path], INPUTS, blocked="torch,transformers").values()
    np.testing.assert_allclose(shares(lines), expected, atol=1e-5)


@pytest.mark.parametrize("layers", ["last", "concat-4"])
@pytest.mark.parametrize("encoding", PairEncoding)
def test_probabilities_of_pairs_equal_the_models(encoding: PairEncoding, layers: str, tmp_path: Path) -> None:
    pairs = [*zip(INPUTS, INPUTS[::-1], strict=True), ("bad", LONG), (LONG, LONG)]
    expected = write(Choice(layers=layers, pairs=encoding), tmp_path, pairs)
    with silence_transformers():
        model = Classifier(tmp_path)
    np.testing.assert_allclose(model.answer(pairs, 3).numpy(), expected, atol=1e-5)
    write_onnx(tmp_path, model, "bert", inputs=model.inputs, pad=model.pad, tokens=16, siamese=model.siamese)
    onnx = OnnxClassifier(tmp_path)
    assert max_abs_difference(onnx.answer, pairs, expected, "The ONNX file", no_progress) < 1e-5
    add_script(tmp_path, "predict_onnx.py")
    lines = ["\t".join(pair) for pair in pairs]
    for program, blocked in (("predict.py", ""), ("predict_onnx.py", "torch,transformers")):
        (printed,) = run_elsewhere(program, [tmp_path], lines, blocked=blocked).values()
        assert [(line["text"], line["text_pair"]) for line in printed] == pairs
        np.testing.assert_allclose(shares(printed), expected, atol=1e-5)


def test_an_export_with_other_probabilities_is_refused() -> None:
    expected = np.full((9, 2), 0.5)
    assert (
        max_abs_difference(lambda texts, _: expected[: len(texts)], ["x"] * 9, expected, "It", no_progress)
        == 0
    )
    with pytest.raises(BackboneError, match=r"It gives .* by up to 0\.0002"):
        max_abs_difference(
            lambda texts, _: expected[: len(texts)] + 2 * TOLERANCE, ["x"] * 9, expected, "It", no_progress
        )
    with pytest.raises(BackboneError, match="inf"):
        max_abs_difference(
            lambda texts, _: expected[: len(texts)] * np.nan, ["x"] * 9, expected, "It", no_progress
        )


class Unwritable(nn.Module):
    """Loops depending on its input values, which ONNX cannot express."""

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        while ids.sum() > 3:
            ids = ids - mask
        return ids.float()


def test_an_architecture_that_cannot_be_exported_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="strange-model cannot be written as ONNX"):
        write_onnx(
            tmp_path, Unwritable(), "strange-model", inputs=["attention_mask", "input_ids"], pad=1, tokens=16
        )
    assert not list(tmp_path.iterdir())
