"""Names that look like addresses never become links."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from filled import Filled
from google.protobuf.message import Message
from streamlit.testing.v1.element_tree import Block
from visits import Open

from pages._ui.shell.navigation import PAGES

ADDRESS = re.compile(r"https?\\?:\\?/\\?/evil|www\\?\.evil|\w\\?@evil")
PLAIN = {
    "text",
    "arrow_data_frame",
    "plotly_chart",
    "code",
    "code_input",
    "selectbox",
    "multiselect",
    "text_input",
}
"""Elements that show text as it is; their labels and help are looked at all the same."""


def strings(message: Message, path: str = "") -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        at = f"{path}.{field.name}"
        for one in (
            value if not isinstance(value, str | bytes | Message) and hasattr(value, "__iter__") else [value]
        ):
            if isinstance(one, Message):
                yield from strings(one, at)
            elif isinstance(one, str):
                yield at, one


def nodes(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from nodes(child)


@pytest.mark.parametrize("page", list(PAGES))
def test_no_name_made_of_an_address_is_a_link(visit: Open, filled: Filled, page: str) -> None:
    filled.store.rename(
        filled.owner, filled.run.id, "http://evil.example/run a@evil.example www.evil.example"
    )
    filled.store.add_dataset(filled.owner, "http://evil.example/films.csv", {"train": filled.csv})
    at = visit(page)
    result = []
    for node in [*nodes(at.main), *nodes(at.sidebar)]:
        for path, text in strings(node.proto) if isinstance(node.proto, Message) else ():
            name = path.rpartition(".")[2]
            if (node.type not in PLAIN or name in ("label", "help")) and ADDRESS.search(text):
                result.append((node.type, path, text[:200]))
    assert result == []
