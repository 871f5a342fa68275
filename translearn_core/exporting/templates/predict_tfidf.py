"""Predict texts with the model in this folder. Needs numpy and safetensors, nothing else.

    python predict.py "a text" "another text"
    python predict.py --csv FILE --column NAME [--delimiter ";"] [--encoding cp1252] [--out ANSWERS.csv]
    python predict.py < one_text_a_line.txt

Prints one line of JSON for each text, in order: the text, its label, and the probability of every label, or
the predicted number. A cell or line without any words gets no prediction. A model of several labels, which
has ``thresholds.json``, gives the list of those whose probability reaches their threshold. In your own code:
``Classifier(folder).answer(["a text"])``.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

WORD = re.compile(r"\b\w+\b")
UNSPACED = (
    "\u3005\u3006\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Characters of scripts without blanks between words, each of which counts as a word."""
CHARACTER, CLAUSE = re.compile(f"([{UNSPACED}])"), re.compile(f"[{UNSPACED}]{{2}}")


class Classifier:
    """Words and word pairs, weighted by TF-IDF, and a linear layer: texts in, outputs out.

    Parameters
    ----------
    folder : Path
        With ``terms.json``, ``trained.safetensors`` and ``labels.json``.
    """

    def __init__(self, folder: Path) -> None:
        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        self.labels: list[str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        thresholds = folder / "thresholds.json"
        self.thresholds: list[float] | None = (
            json.loads(thresholds.read_text(encoding="utf-8")) if thresholds.exists() else None
        )
        experiment = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
        self.pairs = experiment["data"].get("text_pair") is not None
        targets = experiment["data"].get("targets", [{}])
        self.number = targets[0].get("problem") == "regression"
        self.columns = {term: column for column, term in enumerate(terms)}
        self.spaced = not any(map(CLAUSE.search, terms))  # earlier models have whole clauses as words
        arrays = load_file(folder / "trained.safetensors")
        self.idf, self.weight, self.bias = (arrays[name] for name in ("idf", "weight", "bias"))

    def answer(self, texts: Sequence[str | tuple[str, str]]) -> NDArray[np.float32]:
        """Return the outputs of each text or pair, shape (texts, labels)."""
        logits = np.array([self.logits(text) for text in texts]).reshape(len(texts), len(self.labels))
        if self.number:
            return logits.astype(np.float32)
        if self.thresholds is not None:
            several: NDArray[np.float32] = 1 / (1 + np.exp(-logits.clip(-80, 80)))
            return several
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: NDArray[np.float32] = shifted / shifted.sum(axis=1, keepdims=True)
        return probabilities

    def logits(self, cell: str | tuple[str, str]) -> NDArray[np.float32]:
        """Return the logits of a text, or of a pair, whose vector is (u, v, |u - v|, u * v)."""
        if isinstance(cell, str):
            vector = self.vector(cell)
        else:
            u, v = map(self.vector, cell)
            vector = np.concatenate([u, v, abs(u - v), u * v])
            vector /= np.linalg.norm(vector) or 1.0
        columns = np.flatnonzero(vector)
        logits: NDArray[np.float32] = self.weight[:, columns] @ vector[columns] + self.bias
        return logits

    def vector(self, text: str) -> NDArray[np.float64]:
        """Return the vector of a text: each term counts 1 + log(n) times its idf, at length 1 in all."""
        lowered = text.lower()
        words = WORD.findall(CHARACTER.sub(r" \1 ", lowered) if self.spaced else lowered)
        pairs = [f"{first} {second}" for first, second in pairwise(words)]
        counts = Counter(term for term in (*words, *pairs) if term in self.columns)
        columns = np.array([self.columns[term] for term in counts], dtype=np.int64)
        vector = np.zeros(len(self.columns))
        vector[columns] = (1 + np.log(np.array(list(counts.values()), dtype=np.float64))) * self.idf[columns]
        scaled: NDArray[np.float64] = vector / (np.linalg.norm(vector) or 1.0)
        return scaled


def main() -> None:
    """Parse the command line and print the prediction of each text."""
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))  # an isolated interpreter leaves it out
    import prediction_output  # type: ignore[import-not-found]
    import table_input  # type: ignore[import-not-found]

    arguments = table_input.parser(__doc__).parse_args()
    model = Classifier(here)
    source = table_input.read(arguments, pairs=model.pairs)
    answers = model.answer(source.filled).tolist()
    labels, thresholds = model.labels, model.thresholds
    prediction_output.write(source, labels, answers, arguments.out, thresholds, number=model.number)


if __name__ == "__main__":
    main()
