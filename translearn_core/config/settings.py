"""Settings of an installation, from environment variables ``TRANSLEARN_<NAME>``."""

import os
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from translearn_core.errors.validation_errors import explain_validation_error

PREFIX = "TRANSLEARN_"


class Settings(BaseModel):
    """Folder, limits and addresses of an installation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: Path = Field(Path("~/.translearn"), description="folder of the database, data sets and runs")
    database_url: str | None = Field(None, description="PostgreSQL address; default: SQLite in the workspace")
    scheduler: str | None = Field(
        None, description="address of an existing Dask scheduler; default: start one"
    )
    max_upload_mb: int = Field(100, ge=1, description="largest file, in megabytes")
    max_rows: int = Field(500_000, ge=10, description="most rows of one data set")
    max_classes: int = Field(1_000, ge=2, description="most classes of one task")
    max_cell_chars: int = Field(100_000, ge=1_000, description="longest cell, in characters")
    max_owner_mb: int = Field(20_000, ge=10, description="disk one workspace owner may use, in megabytes")
    max_total_mb: int = Field(
        100_000, ge=10, description="disk all owners together may use for data sets and runs, in megabytes"
    )
    max_room_mb: int = Field(
        5_000, ge=10, description="disk the seats of a class's room may use together, in megabytes"
    )
    max_activations_mb: int = Field(
        10_000, ge=0, description="disk for what frozen parts made of texts, shared by all runs, in megabytes"
    )
    max_memory_mb: int | None = Field(
        None, description="memory a worker may use, in megabytes; default: 80 % of the machine"
    )
    read_seconds: float = Field(20, gt=0, description="processor time that any file may take to be read")
    read_seconds_per_mb: float = Field(2, ge=0, description="and as much more for each megabyte of it")
    read_memory_mb: int = Field(
        500, ge=100, description="memory that any file may take to be read, in megabytes"
    )
    read_memory_per_mb: float = Field(25, ge=0, description="and as many megabytes more for each of its own")
    idle_minutes: int = Field(60, ge=1, description="the engine leaves after so long with nothing to do")
    folders: bool | None = Field(
        None,
        description="offer backbones from folders of this machine in the app; default: only where the app "
        "serves one person, on a loopback address without `hosts`",
    )
    hub: bool = Field(True, description="allow models to be fetched from the Hub when a person asks for one")
    host: str = Field("127.0.0.1", description="address the app listens on; 0.0.0.0: all of this machine's")
    port: int = Field(8501, ge=0, le=65535, description="port of the app; 0: a free one")
    hosts: str = Field(
        "", description="further names the app answers to, separated by commas: those of a reverse proxy"
    )

    @model_validator(mode="after")
    def _check_cluster_database(self) -> Self:
        if (self.scheduler is None) != (self.database_url is None):
            raise ValueError(
                "TRANSLEARN_SCHEDULER and TRANSLEARN_DATABASE_URL go together: a cluster needs a shared "
                "database"
            )
        return self

    @property
    def host_names(self) -> frozenset[str]:
        """Names in `hosts`, in lower case."""
        return frozenset(name for part in self.hosts.lower().split(",") if (name := part.strip().rstrip(".")))

    @classmethod
    def from_environment(cls) -> Self:
        """Read ``TRANSLEARN_*``; raises a `TranslearnError` that names an invalid variable."""
        variables = {k[len(PREFIX) :].lower(): v for k, v in os.environ.items() if k.startswith(PREFIX) and v}
        try:
            return cls.model_validate(variables)
        except ValidationError as error:
            raise explain_validation_error(error, lambda name: PREFIX + name.upper()) from None


@cache
def settings() -> Settings:
    """Return the settings of this process, cached."""
    return Settings.from_environment()


def app_root() -> Path:
    """Return the folder of `app.py`, `pages` and `assets`: the checkout, or the copy in a wheel."""
    package = Path(__file__).resolve().parent.parent
    return package / "_app" if (package / "_app").exists() else package.parent
