"""The peer: `transformers.Trainer` with dynamic padding and its own defaults; the time of ``train()``."""

import tempfile
import time
from typing import Any

import numpy as np
import torch
import transformers
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from tests.benchmarks.work import Rows, answer, requested
from translearn_core.backbones.resolve import resolve_backbone
from translearn_core.config import BackboneConfig, FreezePlan
from translearn_core.inputs.text import text_arguments


class Tokenised(torch.utils.data.Dataset[dict[str, Any]]):
    """Rows as the trainer wants them."""

    def __init__(self, rows: Rows, tokenizer: Any) -> None:
        self.encoded = tokenizer(**text_arguments(rows.texts), truncation=True, max_length=128)
        self.labels = rows.labels.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> dict[str, Any]:
        return {name: values[i] for name, values in self.encoded.items()} | {"labels": self.labels[i]}


def main() -> None:
    """Train and score."""
    work = requested()
    transformers.logging.set_verbosity_error()
    learnt, reported = work.tables()
    folder = str(resolve_backbone(BackboneConfig(), network=False))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    transformers.set_seed(work.seed)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=learnt.classes)
    plan = FreezePlan.parse(work.plan, 6)
    if not plan.embeddings:
        trained = [f"bert.encoder.layer.{k}." for k in plan.blocks] + ["bert.pooler.", "classifier."]
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name.startswith(tuple(trained)))
    with tempfile.TemporaryDirectory() as out:
        arguments = TrainingArguments(
            out, num_train_epochs=work.epochs, per_device_train_batch_size=work.batch_size,
            bf16=work.precision == "bf16", seed=work.seed, report_to=[], save_strategy="no",
            logging_strategy="no", disable_tqdm=True, use_cpu=not torch.cuda.is_available(),
        )  # fmt: skip
        collator = DataCollatorWithPadding(tokenizer)
        dataset = Tokenised(learnt, tokenizer)
        trainer = Trainer(model, arguments, data_collator=collator, train_dataset=dataset)
        began = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - began
        logits = trainer.predict(Tokenised(reported, tokenizer)).predictions
    answer(seconds=seconds, accuracy=float(np.mean(logits.argmax(1) == reported.labels)))


if __name__ == "__main__":
    main()
