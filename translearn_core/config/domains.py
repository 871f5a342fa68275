"""Domains of the rows, such as languages or kinds of product: where a model learns and where it is used."""

from collections.abc import Iterable, Sequence
from typing import Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig

MAX_DOMAINS = 50
"""Most domains of a column."""

TOGETHER, ALL_BUT = "all together", "all but "
"""Names of sources of several domains: every one, and every one but the one that follows."""


class DomainConfig(BaseConfig):
    """Column of the domains, those to learn from and those to test on.

    Validation and test rows follow: a model is chosen on rows of the domains that it learns from, and
    tested on those of the target domains. Target training rows beyond `target_labels` have texts without
    labels.
    """

    column: str = Field(description="column that names each row's domain, such as its language")
    source: tuple[str, ...] = Field(
        (), max_length=MAX_DOMAINS, description="domains whose labels train the model; none: all"
    )
    target: tuple[str, ...] = Field((), max_length=MAX_DOMAINS, description="domains to test on; none: all")
    target_labels: int | None = Field(
        0,
        ge=0,
        description="labelled training rows of target domains outside the source that train as well, and "
        "as many validation rows; none: all",
    )
    use_source: bool = Field(True, description="rows of the source train; false: target_labels rows alone")

    @model_validator(mode="after")
    def _check_domains(self) -> Self:
        for name, values in (("source", self.source), ("target", self.target)):
            if len(set(values)) < len(values):
                raise ValueError(f"{name} names a domain twice")
        if self.target_labels != 0 and not (self.source and self.target):
            raise ValueError("target_labels are rows of a target domain beside a source: name both")
        if not self.use_source and self.target_labels == 0:
            raise ValueError("without rows of the source and labels of the target nothing trains")
        return self

    @property
    def outside_source(self) -> tuple[str, ...]:
        """Target domains that the source has not; without a source or a target none."""
        return tuple(name for name in self.target if self.source and name not in self.source)

    @property
    def selects(self) -> bool:
        """Whether some domains only are learned from or tested on."""
        return bool(self.source or self.target)


def source_choices(domains: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the sources of a transfer matrix: each domain, all, and of three domains or more all but one."""
    all_but_one = tuple(tuple(other for other in domains if other != domain) for domain in domains)
    return (*((domain,) for domain in domains), tuple(domains), *(all_but_one if len(domains) > 2 else ()))


def source_name(source: Iterable[str], domains: Sequence[str]) -> str:
    """Return the name of a source, some of the domains; none are all."""
    chosen = tuple(source)
    missing = [domain for domain in domains if domain not in chosen]
    if not missing or not chosen:
        return TOGETHER
    return ALL_BUT + missing[0] if len(missing) == 1 and len(chosen) > 1 else ", ".join(chosen)
