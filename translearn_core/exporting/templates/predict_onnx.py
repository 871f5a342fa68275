"""Predict texts with ``model.onnx`` in this folder. Needs onnxruntime and tokenizers, no torch.

    python predict_onnx.py "a text" "another text"
    python predict_onnx.py --csv FILE --column NAME [--delimiter ";"] [--encoding cp1252] [--out ANSWERS.csv]
    python predict_onnx.py < one_text_a_line.txt

Prints one line of JSON for each text, in order: the text, its label, and the probability of every label, or
the predicted number. A cell or line without any words gets no prediction. A model of several labels, which
has ``thresholds.json``, gives the list of those whose probability reaches their threshold. In your own code:
``Classifier(folder).answer(["a text"])``.
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
    """Token ids, mask and, for some models, token types in, outputs out.

    Outputs are the probabilities of labels, or a number.

    Parameters
    ----------
    folder : Path
        With ``model.onnx``, ``backbone/tokenizer.json``, ``head.json`` and ``labels.json``.
    """

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        self.labels: list[str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        thresholds = folder / "thresholds.json"
        self.thresholds: list[float] | None = (
            json.loads(thresholds.read_text(encoding="utf-8")) if thresholds.exists() else None
        )
        self.problem: str = config["problem"]
        self.pad: int = config["pad"]
        self.inputs: list[str] = config["inputs"]
        self.tokenizer = Tokenizer.from_file(str(folder / "backbone" / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(config["token_limit"])
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
        )

    def answer(self, texts: Sequence[str], batch: int = 32) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the outputs of each text, shape (texts, labels)."""
        encodings = self.tokenizer.encode_batch(list(texts))
        tokens = [encoding.ids or [self.pad] for encoding in encodings]
        types = [encoding.type_ids or [0] for encoding in encodings]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))  # little padding
        outputs = np.empty((len(tokens), len(self.labels)), dtype=np.float32)
        for start in range(0, len(order), batch):
            index = order[start : start + batch]
            lengths = np.asarray([len(tokens[i]) for i in index])
            mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
            tensors = {"attention_mask": mask}
            for name, rows, pad in (("input_ids", tokens, self.pad), ("token_type_ids", types, 0)):
                tensors[name] = np.full(mask.shape, pad, dtype=np.int64)
                tensors[name][mask == 1] = np.concatenate([rows[i] for i in index])
            outputs[index] = self.session.run(None, {name: tensors[name] for name in self.inputs})[0]
        return outputs


def main() -> None:
    """Parse the command line and print the prediction of each text."""
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))  # an isolated interpreter leaves it out
    import table_io  # type: ignore[import-not-found]

    arguments = table_io.parser(__doc__).parse_args()
    source = table_io.read(arguments)
    model = Classifier(here)
    answers = model.answer(source.filled).tolist()
    number = model.problem == "regression"
    table_io.write(source, model.labels, answers, arguments.out, model.thresholds, number=number)


if __name__ == "__main__":
    main()
