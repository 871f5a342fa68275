"""An export of a model on word vectors brings their architecture, which transformers does not know."""

from pathlib import Path

import numpy as np
import pytest
import tiny_exports
from tiny_exports import Choice, run_elsewhere, shares, write

from translearn_core.backbones.word_vectors.folder import WordVectors, save_word_vectors
from translearn_core.exporting.archive import add_architecture

WORDS = ["the", "film", "was", "good", "bad", "and", "plot", "a", ",", ".", "not", "very", "i", "saw", "it"]
TEXTS = ["the film was good .", "unheard words", "bad , bad plot", "a", "I saw it , and it was not very good"]


@pytest.mark.parametrize("layers", ["last", "mix", "one:0"])
def test_predictions_equal_the_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layers: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    vectors = np.random.default_rng(0).normal(size=(len(WORDS), 12)).astype(np.float32)
    save_word_vectors(WordVectors(WORDS, vectors), source, "")
    monkeypatch.setattr(tiny_exports, "tiny_folder", lambda _name, _folder: source)
    expected = write(Choice(layers=layers), tmp_path, TEXTS)
    add_architecture(tmp_path)
    lines = run_elsewhere("predict.py", [tmp_path], TEXTS)[str(tmp_path)]
    np.testing.assert_allclose(shares(lines), expected, atol=1e-5)
    assert float(np.ptp(expected, axis=0).max()) > 1e-2
