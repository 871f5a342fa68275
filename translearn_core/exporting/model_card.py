"""Model card of an export: usage, scores, limits, training and hashes.

References
----------
Mitchell et al. 2019, Model Cards for Model Reporting, arXiv:1810.03993.
"""

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from translearn_core.config import ExperimentConfig, Split, Tuning
from translearn_core.jobs.spec import NUMBERS
from translearn_core.results import BackboneInfo, Baselines, Evaluation, RunSummary
from translearn_core.results.format import count_noun, join_list
from translearn_core.results.metric import metric_of
from translearn_core.runs.versions import versions
from translearn_core.storage import file_digest
from translearn_core.tasks import PROBLEMS

LIBRARIES = ("translearn", "torch", "transformers", "tokenizers", "safetensors", "onnxruntime")
FEW = 200
"""The card warns of wide intervals below this number of test rows."""

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=@])")
_ACTIVE_MARKUP = re.compile(r"([\\`*_\[\]|<])")


@dataclass(frozen=True)
class Card:
    """Contents of a model card; `name` and `data` are the owner's names of the run and its table."""

    name: str
    data: str
    job: str
    config: ExperimentConfig
    backbone_info: BackboneInfo
    licence: str | None
    evaluation: Evaluation
    summary: RunSummary | None
    baselines: Baselines | None
    onnx_difference: float | None


def write_card(folder: Path, card: Card) -> None:
    """Write ``README.md`` for the files under `folder`."""
    problem = PROBLEMS[card.evaluation.problem]
    template = files("translearn_core.exporting.templates") / "README.md.jinja"
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters |= {
        "plain": plain,
        "prose": prose,
        "rows": rows,
    }
    text = environment.from_string(template.read_text(encoding="utf-8")).render(
        card=card,
        config=card.config,
        number=card.evaluation.problem in NUMBERS,
        evaluation=card.evaluation,
        labels=json.dumps(list(card.evaluation.names), ensure_ascii=False, indent=1),
        metrics=[metric_of(name) for name in card.evaluation.metrics[str(Split.TEST)].scores],
        description=problem.describe(card.evaluation.names),
        constant_name=problem.constant_name,
        counts=card.evaluation.predictions["split"].value_counts().to_dict(),
        splits=[(str(s), card.evaluation.metrics.get(str(s))) for s in (Split.TEST, Split.VALIDATION)],
        backbone=backbone_name(card.config),
        trained=trained_part(card.config, card.summary),
        limits=limits(card),
        versions=versions(LIBRARIES),
        hashes={p.relative_to(folder).as_posix(): file_digest(p) for p in weights(folder)},
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def limits(card: Card) -> list[str]:
    """Return the model's limits, in sentences."""
    config, test = card.config, card.evaluation.metrics.get(str(Split.TEST))
    sentences = [
        *PROBLEMS[card.evaluation.problem].limits(),
        "It knows the words and word pairs it learned from, and no other."
        if config.backbone.is_tfidf
        else f"It reads the first {config.features.token_limit} tokens of a text; the rest is cut off.",
        "The scores hold for texts like those it was tested on. For other people, times or topics, test it "
        "again before relying on it.",
    ]
    if card.baselines is None:  # otherwise their caveats say the same
        sentences.append("It was trained once, with one seed; another seed gives a somewhat different model.")
        if test is not None and test.n < FEW:
            sentences.append(
                f"It was tested on {count_noun(test.n, 'row')} only: the intervals above are wide."
            )
    if card.backbone_info.language_note:
        sentences.append(card.backbone_info.language_note)
    if card.baselines is not None:
        sentences += [line.negative_transfer for line in card.baselines.lines if line.negative_transfer]
        sentences += card.baselines.caveats
    return sentences


def trained_part(config: ExperimentConfig, summary: RunSummary | None) -> str:
    """Return a phrase for the parts that had trained in the weights that are kept."""
    if config.fitted_at_once:
        return f"{config.method_name()}, on the backbone as it came"
    plan = config.freeze if summary is None else summary.kept_weights(config)
    if not plan.blocks and not plan.embeddings:
        return "the head only; the backbone is as it came"
    methods = {
        Tuning.BIASES: ", biases alone",
        Tuning.NORMS: ", norms alone",
        Tuning.LORA: ", by LoRA, merged",
        Tuning.ADAPTERS: ", by bottleneck adapters",
    }
    others = [plain(target.column) for target in config.data.other_targets if config.joint_run is not None]
    shared = f", together with a head for {join_list(others)}" if others else ""
    return f"the head and {plan.label}{methods.get(config.tuning.kind, '')}{shared}"


def backbone_name(config: ExperimentConfig) -> str:
    """Return the backbone's name; of a local path only the last part."""
    label, id = config.backbone.label, config.backbone.id
    return label.replace(id, Path(id).name, 1) if Path(id).is_absolute() else label


def weights(folder: Path) -> list[Path]:
    """Return the weight files."""
    return sorted(p for p in folder.rglob("*") if p.suffix in (".safetensors", ".onnx", ".data"))


def plain(text: object) -> str:
    """Escape user text for Markdown: no markup, links, images or HTML."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(text).split()))


def prose(sentence: str) -> str:
    """Escape our own sentence for Markdown, so that quoted text makes no link, image, HTML or table cell."""
    return _ACTIVE_MARKUP.sub(r"\\\1", " ".join(sentence.split()))


def rows(counts: dict[str, int]) -> str:
    """Format the row counts of the splits."""
    return join_list([f"{counts.get(str(s), 0):,} for {s}" for s in Split])
