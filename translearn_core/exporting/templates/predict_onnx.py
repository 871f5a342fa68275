"""Predict texts with ``model.onnx`` in this folder. Needs onnxruntime and tokenizers, no torch.

    python predict_onnx.py "a text" "another text"
    python predict_onnx.py --csv FILE --column NAME [--delimiter ";"] [--encoding cp1252] [--out ANSWERS.csv]
    python predict_onnx.py < one_text_a_line.txt

Prints one line of JSON for each text, in order: the text, its label, and the probability of every label, or
the predicted number. A cell or line without any words gets no prediction. A model of several labels, which
has ``thresholds.json``, gives the list of those whose probability reaches their threshold. In your own code:
``Classifier(folder).answer(["a text"])``.

A model of words takes sentences, which it splits at blanks and punctuation, or a table with a word in each
row (--column and --sentence-column). It prints words, labels and their probabilities for each sentence. In
your own code: ``sentence_input.label_words(Classifier(folder), [["a", "sentence"]])``.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer


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
        self.pairs, self.siamese = config["pairs"], config["pair_encoding"] == "siamese"
        self.tokenizer = Tokenizer.from_file(str(folder / "backbone" / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(config["token_limit"])
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
        )

    def encodings(self, texts: Sequence[str | tuple[str, str]]) -> list[Encoding]:
        """Return the tokens of each text or pair; of siamese pairs first those of all first texts."""
        if self.siamese:
            texts = [text[0] for text in texts] + [text[1] for text in texts]
        return self.tokenizer.encode_batch(list(texts))

    def answer(
        self, texts: Sequence[str | tuple[str, str]], batch: int = 32
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the outputs of each text or pair, shape (texts, labels)."""
        outputs = np.empty((len(texts), len(self.labels)), dtype=np.float32)
        for index, of_batch in self.batches(texts, batch):
            outputs[index] = of_batch
        return outputs

    def batches(
        self, texts: Sequence[str | tuple[str, str]], batch: int
    ) -> Iterator[tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.float32]]]]:
        """Yield the positions of some texts, of similar lengths, and their outputs."""
        encodings, sides = self.encodings(texts), 1 + self.siamese
        n = len(texts)
        tokens = [encoding.ids or [self.pad] for encoding in encodings]
        types = [encoding.type_ids or [0] for encoding in encodings]
        lengths = np.asarray([len(row) for row in tokens], dtype=np.int64).reshape(sides, n)
        order = np.argsort(lengths.max(axis=0, initial=0), kind="stable")  # little padding
        for start in range(0, n, batch):
            index = order[start : start + batch]
            rows = (index[:, None] + n * np.arange(sides)).ravel()  # both texts of a siamese pair in turn
            of_rows = lengths.ravel()[rows]
            mask = (np.arange(of_rows.max()) < of_rows[:, None]).astype(np.int64)
            tensors = {"attention_mask": mask}
            for name, values, pad in (("input_ids", tokens, self.pad), ("token_type_ids", types, 0)):
                tensors[name] = np.full(mask.shape, pad, dtype=np.int64)
                tensors[name][mask == 1] = np.concatenate([values[i] for i in rows])
            if self.siamese:
                tensors = {name: tensor.reshape(len(index), 2, -1) for name, tensor in tensors.items()}
            yield index, self.session.run(None, {name: tensors[name] for name in self.inputs})[0]


def main() -> None:
    """Parse the command line and print the prediction of each text."""
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))  # an isolated interpreter leaves it out
    import prediction_output  # type: ignore[import-not-found]
    import table_input  # type: ignore[import-not-found]

    arguments = table_input.parser(__doc__).parse_args()
    model = Classifier(here)
    if model.problem == "token_classification":
        import sentence_input  # type: ignore[import-not-found]

        source = sentence_input.read(arguments)
        answers = [
            shares for each in sentence_input.label_words(model, source.sentences) for shares in each.tolist()
        ]
    else:
        source = table_input.read(arguments, pairs=model.pairs)
        answers = model.answer(source.filled).tolist()
    number = model.problem == "regression"
    prediction_output.write(source, model.labels, answers, arguments.out, model.thresholds, number=number)


if __name__ == "__main__":
    main()
