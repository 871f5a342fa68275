"""Toy texts with a grammar that can be learned, and folders of tiny masked language models that read them."""

from pathlib import Path

import torch
import transformers
from transformers import AutoModelForMaskedLM

from tests.architectures import TINY, tiny_tokenizer
from translearn_core.data import sample_bytes

WHO = ("i", "you", "he", "she", "we", "they")
DID = ("loved", "hated", "enjoyed", "like", "love", "hate")
WHAT = ("film", "movie", "book", "phone", "plot", "story", "music", "food", "service", "card")
HOW = ("very good", "very bad", "so fine", "too slow", "never great", "always lovely")

SENTENCES = tuple(
    f"{who} {did} this {what} , it was {how}"
    for who in WHO
    for did in DID
    for what in WHAT[:5]
    for how in HOW[:4]
)
"""720 different texts, every one of the same shape."""


def first_tickets(rows: int) -> bytes:
    """Return the first rows of the sample of support tickets as CSV."""
    return b"".join(sample_bytes("tickets").splitlines(keepends=True)[: rows + 1])


def opinions(start: int, stop: int, header: str = "text,label") -> str:
    """Write a CSV table of opinions that a tiny model tells apart, by the numbers of its rows."""
    good, bad = ("great", "lovely", "wonderful", "fine"), ("terrible", "boring", "awful", "sad")
    things = ("film", "book", "music", "food", "phone", "story", "service")
    lines = [header]
    for i in range(start, stop):
        word, verb = (good if i % 2 else bad)[i // 2 % 4], "loved" if i % 2 else "hated"
        lines.append(f'"the {things[i % 7]} was {word} and i {verb} it, {i}",{i % 2}')
    return "\n".join(lines) + "\n"


def with_head(name: str, path: Path) -> Path:
    """Save a tiny model with its masked-language head into `path`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        model = AutoModelForMaskedLM.from_config(TINY[name]().config)
        with torch.no_grad():  # biases start at 0 everywhere: move them, or a swapped one could go unseen
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.05)
    model.save_pretrained(path)
    tiny_tokenizer().save_pretrained(path)
    return path


def whole_model(path: Path) -> transformers.PreTrainedModel:
    """Read such a folder as transformers does."""
    return AutoModelForMaskedLM.from_pretrained(path, dtype=torch.float32).eval()
