"""Settings files: a whole configuration without its data, as JSON or within an address."""

import base64
import binascii
import json
import zlib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from translearn_core.config.base import BaseConfig
from translearn_core.config.data import DataConfig, TargetConfig
from translearn_core.config.domains import DomainConfig
from translearn_core.config.enums import ProblemType
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.errors import DataError
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.storage.documents import DocumentError, parse_json, read_text

MAX_BYTES = 200_000
"""Largest settings file."""
NOT_SETTINGS = "These are no settings of TransLearn: the link or file was cut, or is something else."
OWN = {"data", "distil", "resume_from", "joint_run"}
"""Parts of an experiment that refer to data and runs of one workspace."""


class SettingsFile(BaseConfig):
    """Contents of a settings file: all parts of an experiment besides its data and other runs."""

    translearn: Literal[1] = 1
    name: str = Field("", max_length=200)
    problem: ProblemType = ProblemType.SINGLE_LABEL
    settings: dict[str, Any]

    @classmethod
    def of(cls, name: str, config: ExperimentConfig) -> Self:
        """Return the settings of an experiment, of its first target; those at their defaults are left out."""
        config = (config.for_target(0) if config.data.several_targets else config).as_new_run()
        settings = config.model_dump(mode="json", exclude=OWN, exclude_defaults=True)
        return cls(name=name[:200], problem=config.data.problem, settings=settings)

    @property
    def experiment(self) -> ExperimentConfig:
        """The experiment with data of the problem type that stand for no table.

        Raises
        ------
        ConfigError
            If a setting is invalid.
        DataError
            If it names data or other runs.
        """
        if OWN & set(self.settings):
            raise DataError(NOT_SETTINGS)
        try:
            return ExperimentConfig.model_validate({"data": self._data(), **self.settings})
        except ValidationError as error:
            raise explain_validation_error(error) from None

    def _data(self) -> DataConfig:
        words = self.problem is ProblemType.TOKENS
        domains = DomainConfig(column="domain", source=("source",), target=("target",))
        return DataConfig(
            dataset="0" * 64,
            text="text",
            targets=(TargetConfig(column="label", problem=self.problem),),
            sentence="sentence" if words else None,
            domains=None if self.settings.get("adaptation") is None else domains,
        )

    def written(self) -> str:
        """Return the file's text."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"

    def encoded(self) -> str:
        """Return the settings for an address: compressed JSON in the URL-safe base64 alphabet."""
        packed = zlib.compress(self.model_dump_json().encode(), 9)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse the text of a settings file; raise `DataError` if it is none."""
        try:
            if len(text) > MAX_BYTES:
                raise DataError(NOT_SETTINGS)
            return cls.model_validate(parse_json(text))
        except (ValidationError, DocumentError):
            raise DataError(NOT_SETTINGS) from None

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a settings file; raise `DataError` if it cannot be read or is none."""
        try:
            return cls.read(read_text(path, MAX_BYTES))
        except DocumentError as error:
            raise DataError(f"{str(path)!r} {error}: give a settings file of TransLearn.") from None

    @classmethod
    def decoded(cls, code: str) -> Self:
        """Parse the settings of an address; raise `DataError` if they are none, or too long."""
        try:
            packed = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
            unpacking = zlib.decompressobj()
            text = unpacking.decompress(packed, MAX_BYTES)
            if unpacking.unconsumed_tail or not unpacking.eof:
                raise DataError(NOT_SETTINGS)
            return cls.read(text.decode())
        except (binascii.Error, zlib.error, UnicodeDecodeError, ValueError):
            raise DataError(NOT_SETTINGS) from None
