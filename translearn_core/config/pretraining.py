"""Continued pretraining of a backbone, on all texts of a table or on those of a target domain."""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from translearn_core.config.base import JobConfig, Seed, job_id
from translearn_core.config.data import DataConfig
from translearn_core.config.enums import Device, Precision
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import ADAPTED, BackboneConfig


class PretrainConfig(JobConfig[Any]):
    """Continue masked-language-model pretraining of a backbone on a table's texts.

    Gururangan et al. 2020, arXiv:2004.10964.
    """

    kind: ClassVar = "pretrain"
    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    text_pair: str | None = Field(None, description="column of the second texts of pairs, which are read too")
    sentence: str | None = Field(
        None, description="column that numbers the sentences of a table of words; each is read as one text"
    )
    backbone: BackboneConfig = BackboneConfig()
    epochs: int = Field(3, ge=1, le=100, description="passes over the texts in which the backbone trains")
    head_epochs: int = Field(
        1, ge=0, le=20, description="passes before, in which only a fresh prediction head trains"
    )
    lr: float = Field(5e-5, gt=0, le=1.0, description="peak learning rate of the backbone")
    head_lr: float = Field(1e-3, gt=0, le=1.0, description="peak learning rate of a fresh prediction head")
    batch_size: int = Field(32, ge=1, le=1024, description="texts per step")
    mlm_probability: float = Field(0.15, gt=0, le=0.5, description="share of the tokens to guess")
    token_limit: int = Field(128, ge=8, le=8192, description="longer texts are cut here")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = Field(0, description="seed of masks and order")
    target_data: DataConfig | None = Field(
        None,
        description="read only the texts that a run on these data learns from without labels; none: all "
        "texts of the training file",
    )

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns of the texts, each of which is read alone."""
        return (self.text,) if self.text_pair is None else (self.text, self.text_pair)

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone."""
        return (self.backbone.pretraining_job,)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


def pretrained_on_target(config: ExperimentConfig) -> tuple[PretrainConfig, ExperimentConfig]:
    """Return the pretraining on the target domain's training texts, and `config` with its backbone.

    The pretraining reads no label and is the same for every number of target labels.
    """
    domains = config.data.domains
    assert domains is not None
    whole = {"keep_blocks": None, "reinit_top_layers": 0, "init_seed": 0}
    places = domains.model_copy(update={"target_labels": 0, "use_source": True})
    pretraining = PretrainConfig(
        dataset=config.data.dataset,
        text=config.data.text,
        text_pair=config.data.text_pair,
        sentence=config.data.sentence,
        backbone=config.backbone.model_copy(update=whole),
        token_limit=config.features.token_limit,
        precision=config.training.precision,
        device=config.training.device,
        target_data=config.data.model_copy(update={"domains": places, "subset_seed": None}),
    )
    backbone = config.backbone.model_copy(
        update={"id": f"{ADAPTED}{job_id(pretraining)}", "revision": None, "random_init": False}
    )
    return pretraining, config.model_copy(update={"backbone": backbone})
