"""Classify texts with ``model.onnx`` in this folder. Needs onnxruntime and tokenizers, no torch.

    python predict_onnx.py "a text" "another text"
    python predict_onnx.py --csv FILE --column NAME [--delimiter ";"] [--encoding cp1252] [--out ANSWERS.csv]
    python predict_onnx.py < one_text_a_line.txt

Prints one line of JSON for each text, in order: the text, its label, and the probability of every label. A
cell or line without any words gets no label. In your own code: ``Classifier(folder).answer(["a text"])``.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


class Classifier:
    """Token ids and their mask in, probabilities out.

    Parameters
    ----------
    folder : Path
        Holds ``model.onnx``, ``backbone/tokenizer.json``, ``head.json`` and ``labels.json``.
    """

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        self.labels: list[str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self.pad: int = about["pad"]
        self.tokenizer = Tokenizer.from_file(str(folder / "backbone" / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(about["token_limit"])
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
        )

    def answer(self, texts: Sequence[str], batch: int = 32) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the probabilities of each text's labels, shape (texts, labels)."""
        tokens = [found.ids or [self.pad] for found in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))  # little padding
        answers = np.empty((len(tokens), len(self.labels)), dtype=np.float32)
        for start in range(0, len(order), batch):
            index = order[start : start + batch]
            lengths = np.asarray([len(tokens[i]) for i in index])
            mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
            ids = np.full(mask.shape, self.pad, dtype=np.int64)
            ids[mask == 1] = np.concatenate([tokens[i] for i in index])
            answers[index] = self.session.run(None, {"ids": ids, "mask": mask})[0]
        return answers


def main() -> None:
    """Read the words typed after the program's name, and print an answer for each text."""
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))  # an isolated interpreter leaves it out
    import table_io  # type: ignore[import-not-found]

    asked = table_io.parser(__doc__).parse_args()
    source = table_io.read(asked)
    model = Classifier(here)
    table_io.write(source, model.labels, model.answer(source.filled).tolist(), asked.out)


if __name__ == "__main__":
    main()
