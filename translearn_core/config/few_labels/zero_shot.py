"""Descriptions of classes for zero-shot classification."""

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field, field_validator

from translearn_core.config.base import BaseConfig

CLASS = "{}"
"""Place of a class in a template."""
DEFAULT_TEMPLATE = "This text is about {}."
CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
JOINTS = re.compile(r"_+|(?<=[^\W\d_]{2})[-./]+(?=[^\W\d_]{2})")
"""Signs between the words of a name, such as card_arrival and sci.med; those of U.S. and R&B stay."""


class ZeroShotMethod(StrEnum):
    """How a text is compared with the description of a class."""

    SIMILARITY = "similarity"
    ENTAILMENT = "entailment"


class ClassDescription(BaseConfig):
    """Description of one class in words."""

    name: str = Field(min_length=1, description="the class, as the table has it")
    text: str = Field(min_length=1, max_length=2000, description="what its texts are about")


class DescriptionConfig(BaseConfig):
    """Descriptions of classes: the template, filled with the name of a class or with its own words."""

    template: str = Field(
        DEFAULT_TEMPLATE, max_length=2000, description="sentence about a class, {} stands for the class"
    )
    descriptions: tuple[ClassDescription, ...] = Field(
        (), max_length=10_000, description="words in place of a class's name; none: the name, cleaned"
    )

    @field_validator("template")
    @classmethod
    def _check_template(cls, template: str) -> str:
        if template.count(CLASS) != 1:
            raise ValueError(f"one {CLASS} for the class, such as {DEFAULT_TEMPLATE!r}")
        return template

    @field_validator("descriptions")
    @classmethod
    def _check_descriptions(cls, descriptions: tuple[ClassDescription, ...]) -> tuple[ClassDescription, ...]:
        names = [description.name for description in descriptions]
        if repeated := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"class {repeated!r} is described twice: describe it once")
        return descriptions

    def sentences(self, classes: Sequence[str]) -> tuple[str, ...]:
        """Return the filled template of every class."""
        words = words_of_classes(classes) | {one.name: one.text for one in self.descriptions}
        return tuple(self.template.replace(CLASS, words[name]) for name in classes)


def words_of_classes(names: Sequence[str]) -> dict[str, str]:
    """Return each name as words, see `words_of`; where two would be alike, both as they are."""
    words = {name: words_of(name) for name in names}
    uses = Counter(words.values())
    return {name: text if uses[text] == 1 else name for name, text in words.items()}


def words_of(name: str) -> str:
    """Return the name of a class as words: without underscores, hyphens and dots between them.

    Capitals within words begin one. A name without letters, such as -1, stays as it is.
    """
    if not any(character.isalpha() for character in name):
        return name
    words = " ".join(JOINTS.sub(" ", CAPITALS.sub(" ", name)).split())
    return words if name.isupper() else words.lower()
