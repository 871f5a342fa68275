"""Predict texts with the model in this folder. Needs torch and transformers, nothing else.

    python predict.py "a text" "another text"
    python predict.py --csv FILE --column NAME [--delimiter ";"] [--encoding cp1252] [--out ANSWERS.csv]
    python predict.py < one_text_a_line.txt

Prints one line of JSON for each text, in order: the text, its label, and the probability of every label, or
the predicted number. A cell or line without any words gets no prediction. A model of several labels, which
has ``thresholds.json``, gives the list of those whose probability reaches their threshold. In your own code:
``Classifier(folder).answer(["a text"])``.

A model of pairs takes texts two by two, two columns (--column and --pair-column), or lines with a tab between
the two texts; in your own code: ``Classifier(folder).answer([("a text", "another text")])``.

A model of words takes sentences, which it splits at blanks and punctuation, or a table with a word in each
row (--column and --sentence-column). It prints words, labels and their probabilities for each sentence. In
your own code: ``sentence_input.label_words(Classifier(folder), [["a", "sentence"]])``.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import CONFIG_MAPPING, AutoModel, AutoTokenizer
from transformers.utils import logging

ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}


class Classifier(nn.Module):
    """Backbone, pooling and head: token ids, mask and, for some models, token types in, outputs out.

    Outputs are the probabilities of labels, or a number.

    Parameters
    ----------
    folder : Path
        With ``backbone/`` in transformers format, ``head.safetensors``, ``head.json`` and ``labels.json``.
    """

    mean: Tensor
    scale: Tensor
    mix: Tensor
    factor: Tensor

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        self.labels: list[str] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        thresholds = folder / "thresholds.json"
        self.thresholds: list[float] | None = (
            json.loads(thresholds.read_text(encoding="utf-8")) if thresholds.exists() else None
        )
        self.pooling, self.pad, self.token_limit = config["pooling"], config["pad"], config["token_limit"]
        self.problem: str = config["problem"]
        self.words = self.problem == "token_classification"
        self.combining, self.layers, self.top = config["combining"], config["layers"], config["top"]
        self.inputs: list[str] = config["inputs"]
        self.pairs, self.siamese = config["pairs"], config["pair_encoding"] == "siamese"
        backbone = folder / "backbone"
        if (folder / "word_vectors.py").exists() and "word-vectors" not in CONFIG_MAPPING:
            import word_vectors  # type: ignore[import-not-found]

            word_vectors.register()
        self.backbone = AutoModel.from_pretrained(
            backbone, dtype=torch.float32, local_files_only=True, use_safetensors=True
        )
        if (folder / "adapters.safetensors").exists():
            add_adapters(self.backbone, load_file(folder / "adapters.safetensors"))
        self.tokenizer = AutoTokenizer.from_pretrained(backbone, local_files_only=True)
        self.tokenizer.truncation_side = "right"
        head = load_file(folder / "head.safetensors")
        for name in ("mean", "scale", "mix", "factor"):
            self.register_buffer(name, head.get(name))
        self.hidden = linear(head, "hidden") if "hidden.weight" in head else None
        self.activation = ACTIVATIONS[config["activation"]]()
        self.output = linear(head, "output")
        self.eval()

    def forward(
        self, attention_mask: Tensor, input_ids: Tensor, token_type_ids: Tensor | None = None
    ) -> Tensor:
        """Return the outputs, shape (texts, labels), of tensors of shape (texts, tokens).

        Those of a model of words have the shape (texts, tokens, labels), and words that of their first token.
        Padding is on the right, where the mask is 0. Siamese pairs have the shape (pairs, 2, tokens).
        """
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        features = self.features({"input_ids": input_ids, "attention_mask": attention_mask} | types)
        vector = (features - self.mean) / self.scale
        if self.combining == "mix":
            vector = self.factor * torch.einsum("l,...lw->...w", self.mix, vector)
        if self.hidden is not None:
            vector = self.activation(self.hidden(vector))
        outputs: Tensor = self.output(vector)
        if self.problem == "regression":
            return outputs
        return outputs.softmax(-1) if self.thresholds is None else outputs.sigmoid()

    def features(self, tensors: dict[str, Tensor]) -> Tensor:
        """Return the head's input: one layer, a sum or a concatenation; all layers for a mix.

        Layer 0 is the embeddings, layer k the output of block k-1; the top layer is the model's own output.
        Of siamese pairs each layer is (u, v, |u - v|, u * v).
        """
        if self.siamese:
            tensors = {name: tensor.flatten(0, 1) for name, tensor in tensors.items()}
        below = self.layers != [self.top]
        output = self.backbone(**tensors, output_hidden_states=below)
        states = [output.last_hidden_state if k == self.top else output.hidden_states[k] for k in self.layers]
        vectors = [self.pool(layer, tensors["attention_mask"]) for layer in states]
        if self.siamese:
            sides = [vector.reshape(-1, 2, vector.shape[1]).unbind(1) for vector in vectors]
            vectors = [torch.cat([u, v, (u - v).abs(), u * v], dim=1) for u, v in sides]
        if self.combining == "sum-4":
            return torch.stack(vectors).sum(0)
        if self.combining == "concat-4":
            return torch.cat(vectors, dim=-1)
        if self.combining == "mix":
            return torch.stack(vectors, dim=-2)
        return vectors[0]

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """Pool token states, shape (texts, tokens, width), to one vector per text; those of words stay."""
        if self.words:
            return states
        if self.pooling == "cls":
            return states[:, 0]
        if self.pooling == "last":
            return states[torch.arange(states.shape[0], device=states.device), mask.sum(1) - 1]
        if self.pooling == "max":
            return states.masked_fill(mask[..., None] == 0, torch.finfo(states.dtype).min).amax(1)
        return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    def tokens(self, texts: Sequence[str | tuple[str, str]]) -> list[list[dict[str, list[int]]]]:
        """Return the inputs of each text, truncated at the token limit of training; two of a siamese pair."""
        sides = [list(side) for side in (zip(*texts, strict=True) if self.pairs else [texts])]
        passes = map(self.sequences, sides) if self.siamese else [self.sequences(*sides)]
        return [list(sequences) for sequences in zip(*passes, strict=True)]

    def sequences(self, *texts: list[str]) -> list[dict[str, list[int]]]:
        """Return the inputs of texts, or of pairs in one sequence."""
        if not texts or not texts[0]:
            return []
        encoded = self.tokenizer(*texts, truncation=True, max_length=self.token_limit)
        empty = {"input_ids": [self.pad], "attention_mask": [1], "token_type_ids": [0]}
        return [{name: encoded[name][i] or empty[name] for name in self.inputs} for i in range(len(texts[0]))]

    def answer(self, texts: Sequence[str | tuple[str, str]], batch: int = 32) -> Tensor:
        """Return the outputs of each text or pair, shape (texts, labels), on the CPU."""
        outputs = torch.empty(len(texts), len(self.labels))
        for index, of_batch in self.batches(texts, batch):
            outputs[index] = of_batch
        return outputs

    def encodings(self, texts: list[str]) -> list[Any]:
        """Return the tokenizer's encoding of each text, which knows the token of every character."""
        return self.tokenizer(texts, truncation=True, max_length=self.token_limit).encodings if texts else []

    @torch.no_grad()
    def batches(
        self, texts: Sequence[str | tuple[str, str]], batch: int
    ) -> Iterator[tuple[list[int], Tensor]]:
        """Yield the positions of some texts, of similar lengths, and their outputs on the CPU."""
        tokens = self.tokens(texts)
        device = self.output.weight.device
        lengths = [max(len(sequence["input_ids"]) for sequence in sequences) for sequences in tokens]
        order = sorted(range(len(tokens)), key=lengths.__getitem__)  # little padding
        for start in range(0, len(order), batch):
            index = order[start : start + batch]
            longest = lengths[index[-1]]
            tensors = {}
            for name in self.inputs:
                fill = self.pad if name == "input_ids" else 0
                rows = [[pad(sequence[name], longest, fill) for sequence in tokens[i]] for i in index]
                tensor = torch.tensor(rows, device=device)
                tensors[name] = tensor if self.siamese else tensor.squeeze(1)
            yield index, self(**tensors).cpu()


class Adapter(nn.Module):
    """Two-layer network added to its input (Houlsby et al. 2019, arXiv:1902.00751)."""

    def __init__(self, tensors: dict[str, Tensor], name: str) -> None:
        super().__init__()
        self.down, self.up = linear(tensors, f"{name}.down"), linear(tensors, f"{name}.up")

    def forward(self, states: Tensor) -> Tensor:
        """Return adapted states, shape (texts, tokens, width)."""
        added: Tensor = self.up(nn.functional.gelu(self.down(states)))
        return states + added


def add_adapters(backbone: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put each adapter after the layer that the names of its tensors begin with."""
    for layer in sorted({name.partition(".adapter.")[0] for name in tensors}):
        module = backbone.get_submodule(layer)
        module.add_module("adapter", Adapter(tensors, f"{layer}.adapter"))
        module.register_forward_hook(lambda self, _, output: self.adapter(output))


def pad(values: list[int], length: int, fill: int) -> list[int]:
    """Return `values` padded on the right."""
    return values + [fill] * (length - len(values))


def linear(tensors: dict[str, Tensor], name: str) -> nn.Linear:
    """Return the linear layer `name` of the head."""
    weight = tensors[f"{name}.weight"]
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": tensors[f"{name}.bias"]})
    return layer


def main() -> None:
    """Parse the command line and print the prediction of each text."""
    here = Path(__file__).resolve().parent
    sys.path.insert(0, str(here))  # an isolated interpreter leaves it out
    import prediction_output  # type: ignore[import-not-found]
    import table_input  # type: ignore[import-not-found]

    parser = table_input.parser(__doc__)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    config = json.loads((here / "head.json").read_text())
    words = config["problem"] == "token_classification"
    if words:
        import sentence_input  # type: ignore[import-not-found]

        source = sentence_input.read(arguments)
    else:
        source = table_input.read(arguments, pairs=config["pairs"])
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = Classifier(here).to(arguments.device)
    if words:
        answers = [
            shares for each in sentence_input.label_words(model, source.sentences) for shares in each.tolist()
        ]
    else:
        answers = model.answer(source.filled).tolist()
    number = model.problem == "regression"
    prediction_output.write(source, model.labels, answers, arguments.out, model.thresholds, number=number)


if __name__ == "__main__":
    main()
