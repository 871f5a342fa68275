"""Files of one kind in a folder of the assets, one item a file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from translearn_core.config.settings import app_root
from translearn_core.errors import NotFoundError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Collection(Generic[Item]):
    """Items by id, which is the name of their file without `suffix`.

    A file is read by `read` when it is first asked for, and again when it has changed. `hint` is the command
    that lists the items.
    """

    noun: str
    name: str
    suffix: str
    read: Callable[[Path], Item]
    hint: str
    _known: dict[Path, tuple[int, Item]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Folder of the files."""
        return app_root() / "assets" / self.name

    def find(self, id: str) -> Item:
        """Return an item by its id; raises `NotFoundError` if there is none."""
        path = self.folder / f"{id}{self.suffix}"
        if not re.fullmatch(r"[a-z][a-z0-9-]*", id) or not path.is_file():
            raise NotFoundError(f"There is no {self.noun} {id[:40]!r}: '{self.hint}' shows those that are.")
        changed = path.stat().st_mtime_ns
        known = self._known.get(path)
        if known is None or known[0] != changed:
            self._known[path] = known = changed, self.read(path)
        return known[1]

    def __iter__(self) -> Iterator[Item]:
        """Yield all items."""
        return (self.find(path.stem) for path in self.folder.glob(f"*{self.suffix}"))
