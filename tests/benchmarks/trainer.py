"""The peer: `transformers.Trainer` with dynamic padding and its own defaults; the time of ``train()``."""

import tempfile
import time
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from transformers import (
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from tests.benchmarks.work import Work, answer, requested, scores
from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.config import BackboneConfig, FreezePlan, ProblemType, Split
from translearn_core.config.text_cells import Word
from translearn_core.data import PreparedDataset
from translearn_core.inputs.text import text_arguments
from translearn_core.transfer.objectives import IGNORE_INDEX
from translearn_core.transfer.prediction import activate

Example = dict[str, Any]


class Texts(torch.utils.data.Dataset[Example]):
    """Texts or pairs as the trainer wants them; `scale` are mean and deviation of numbers."""

    def __init__(self, data: PreparedDataset, rows: NDArray[np.int64], tokenizer: Any, scale: Any) -> None:
        cells = [data.texts[i] for i in rows]
        self.encoded = tokenizer(**text_arguments(cells), truncation=True, max_length=128)  # type: ignore[arg-type]
        values = data.target.values[rows]
        if values.dtype.kind == "b":
            values = values.astype(np.float32)
        elif values.dtype.kind == "f":
            values = ((values - scale[0]) / scale[1]).astype(np.float32)
        self.labels = values.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> Example:
        return {name: values[i] for name, values in self.encoded.items()} | {"labels": self.labels[i]}


class Sentences(torch.utils.data.Dataset[Example]):
    """Sentences with a label at the first piece of each word; `first` has the row of each, -1 elsewhere."""

    def __init__(self, data: PreparedDataset, rows: NDArray[np.int64], tokenizer: Any) -> None:
        assert data.target.sentence is not None
        number = data.target.sentence[rows]
        self.items: list[Example] = []
        self.first: list[list[int]] = []
        for of_sentence in np.split(rows, np.flatnonzero(np.diff(number)) + 1):
            words = [data.texts[i] for i in of_sentence]
            assert isinstance(words[0], Word)
            split = words[0].sentence.split(" ")
            encoded = tokenizer(split, is_split_into_words=True, truncation=True, max_length=128)
            row_of = {
                w.position: int(i) for w, i in zip(words, of_sentence, strict=True) if isinstance(w, Word)
            }
            first, before = [], None
            for word in encoded.word_ids():
                first.append(-1 if word is None or word == before else row_of.get(word, -1))
                before = word
            labels = [IGNORE_INDEX if i < 0 else int(data.target.values[i]) for i in first]
            self.items.append(dict(encoded) | {"labels": labels})
            self.first.append(first)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: int) -> Example:
        return self.items[i]


def main() -> None:
    """Train and score."""
    work = requested()
    transformers.logging.set_verbosity_error()
    data = work.prepared()
    folder = str(resolve_backbone(BackboneConfig(), network=False))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    transformers.set_seed(work.seed)
    model = build_model(work, data, folder)
    train = data.split_indices(Split.TRAIN)
    everything = np.arange(len(data.texts))
    words = data.target.problem is ProblemType.TOKENS
    scale = (data.target.values[train].mean(), data.target.values[train].std()) if not words else None
    if words:
        collator: Any = DataCollatorForTokenClassification(tokenizer)
        dataset: Any = Sentences(data, train, tokenizer)
        asked: Any = Sentences(data, everything, tokenizer)
    else:
        collator = DataCollatorWithPadding(tokenizer)
        dataset, asked = (Texts(data, rows, tokenizer, scale) for rows in (train, everything))
    with tempfile.TemporaryDirectory() as out:
        arguments = TrainingArguments(
            out, num_train_epochs=work.epochs, per_device_train_batch_size=work.batch_size,
            bf16=work.precision == "bf16", seed=work.seed, report_to=[], save_strategy="no",
            logging_strategy="no", disable_tqdm=True, use_cpu=not torch.cuda.is_available(),
        )  # fmt: skip
        trainer = Trainer(model, arguments, data_collator=collator, train_dataset=dataset)
        began = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - began
        logits = trainer.predict(asked).predictions.astype(np.float32)
    if words:
        logits = by_word(logits, asked.first, len(everything))
    outputs = activate(data.target.problem, torch.from_numpy(logits))
    answer(seconds=seconds, scores=scores(data, outputs))


def build_model(work: Work, data: PreparedDataset, folder: str) -> Any:
    """Return the model of the task, frozen as planned."""
    problem = data.target.problem
    if problem is ProblemType.TOKENS:
        model = AutoModelForTokenClassification.from_pretrained(folder, num_labels=data.target.n_outputs)
    else:
        model = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=data.target.n_outputs, problem_type=str(problem)
        )
    plan = FreezePlan.parse(work.plan, 6)
    if not plan.embeddings:
        trained = [f"bert.encoder.layer.{k}." for k in plan.blocks] + ["bert.pooler.", "classifier."]
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name.startswith(tuple(trained)))
    return model


def by_word(logits: NDArray[np.float32], first: list[list[int]], words: int) -> NDArray[np.float32]:
    """Return the logits of each word, shape (words, labels); zeros for words that were cut off."""
    outputs = np.zeros((words, logits.shape[-1]), dtype=np.float32)
    for sentence, rows in zip(logits, first, strict=True):
        for position, row in enumerate(rows):
            if row >= 0:
                outputs[row] = sentence[position]
    return outputs


if __name__ == "__main__":
    main()
