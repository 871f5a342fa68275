"""Zero-shot classification by descriptions of the classes."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config import Device, FeatureConfig, Precision, ProblemType
from translearn_core.config.base import Seed
from translearn_core.config.few_labels.zero_shot import DescriptionConfig, ZeroShotMethod
from translearn_core.jobs.spec import JobSpec, Requirement, TaskJobConfig
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot


class ZeroShotConfig(TaskJobConfig[ZeroShot]):
    """Classify the test rows by descriptions of the classes; labels are only scored against.

    Layer and centring are chosen on training texts, without their labels.
    """

    kind: ClassVar = "zero_shot"
    classes: DescriptionConfig = DescriptionConfig()
    method: ZeroShotMethod | None = Field(
        None, description="none: entailment where the backbone is an NLI model, else similarity"
    )
    features: FeatureConfig = FeatureConfig()
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0

    @model_validator(mode="after")
    def _check_single_texts(self) -> Self:
        if self.data.text_pair is not None:
            raise ValueError("data.text_pair: a description is compared with one text: leave the second out")
        return self


ZERO_SHOT = JobSpec(
    ZeroShotConfig,
    ZeroShot,
    "Zero-shot classification",
    "diagnostics.few_labels.zero_shot:classify_zero_shot",
    question="How far without a single label?",
    section="diagnostics.zero_shot:section",
    description="Each class is described in words, and a text gets the class whose description is nearest "
    "to it in the backbone's space, or, of a backbone trained on inference (NLI), which it entails most. "
    "Labels serve only to say how often that is right, on the test rows. Better words make a better "
    "classifier: change a description and see.",
    action="Classify without labels",
    progress="Comparing texts with descriptions",
    cost="Each text passes the backbone once, and its vectors are kept. With an NLI model each test text "
    "passes once for every class.",
    low_priority=True,
    problems=frozenset({ProblemType.SINGLE_LABEL}),
    requires=Requirement.LAYERS,
)
