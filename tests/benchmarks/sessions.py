"""Browsers without a window: sessions that speak Streamlit's protocol, and time their reruns."""

import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

FINISHED = ForwardMsg.FINISHED_SUCCESSFULLY
WIDGETS = (
    "button", "number_input", "text_input", "radio", "selectbox", "checkbox", "button_group", "slider",
    "multiselect",
)  # fmt: skip
"""Elements whose values are sent back."""


class Lost(Exception):
    """The server has gone."""


@dataclass
class Session:
    """One person's tab: the widgets on its page by key, and the seconds that each rerun took."""

    url: str
    cookie: str = ""
    seconds: list[float] = field(default_factory=list)
    page: str = ""
    query: str = ""
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket: Any = None
        self._ids: dict[str, str] = {}
        self._states: dict[str, tuple[str, Any]] = {}
        self._fragments: dict[str, float] = {}
        self._cache: dict[str, bytes] = {}
        self._context: str | None = None

    def enter(self) -> None:
        """Take a cookie with the first page."""
        with closing(urllib.request.urlopen(f"{self.url}/", timeout=60)) as answer:
            cookies = answer.headers.get_all("set-cookie") or []
        self.cookie = "; ".join(one.split(";")[0] for one in cookies)

    def open(self, page: str, query: str = "") -> float:
        """Open a page by its address in a new session; return the seconds until it is drawn."""
        self.close()
        self.page, self.query, self._states = page, query, {}
        headers = {"Cookie": self.cookie}
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        try:
            self._socket = connect(
                address,
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers=headers,
                origin=self.url,  # type: ignore[arg-type]
                max_size=None,
                open_timeout=60,
            )
        except OSError as error:
            raise Lost from error
        return self.rerun()

    def close(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def set(self, key: str, kind: str, value: Any, *, rerun: bool = True) -> None:
        """Set the value of a widget, as `kind` of a widget state, and rerun."""
        self._states[self.id(key)] = kind, value
        if rerun:
            self.rerun()

    def press(self, key: str) -> None:
        """Press a button."""
        self.rerun(trigger=self.id(key))

    def id(self, key: str) -> str:
        """Return the id of the widget with this key on the page as it is now."""
        return self._ids[key]

    def has(self, key: str) -> bool:
        """Whether the page has a widget with this key."""
        return key in self._ids

    def tick(self) -> None:
        """Rerun the fragments that redraw themselves."""
        for fragment in list(self._fragments):
            self.rerun(fragment=fragment)

    @property
    def interval(self) -> float:
        """Seconds between two ticks; inf where nothing redraws itself."""
        return min(self._fragments.values(), default=float("inf"))

    def rerun(self, trigger: str | None = None, fragment: str = "") -> float:
        """Run the page's script, or a fragment; return the seconds until it has ended."""
        message = BackMsg()
        client = message.rerun_script
        client.query_string = self.query
        client.page_name = self.page
        client.fragment_id = fragment
        client.is_auto_rerun = bool(fragment)
        for id, (kind, value) in self._states.items():
            state = client.widget_states.widgets.add(id=id)
            if kind in ("string_array_value", "double_array_value"):
                getattr(state, kind).data.extend(value)
            else:
                setattr(state, kind, value)
        if trigger is not None:
            client.widget_states.widgets.add(id=trigger, trigger_value=True)
        began = time.perf_counter()
        if not fragment:
            self._ids, self._fragments, self.errors = {}, {}, []
        try:
            self._socket.send(message.SerializeToString())
            for answer in self._answers():
                self._take(answer)
        except (ConnectionClosed, OSError, AttributeError) as error:
            raise Lost from error
        self.seconds.append(time.perf_counter() - began)
        return self.seconds[-1]

    def _answers(self) -> Iterator[ForwardMsg]:
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self._socket.recv(timeout=120))
            if answer.WhichOneof("type") == "ref_hash":
                answer.ParseFromString(self._cache[answer.ref_hash])
            elif answer.hash:
                self._cache[answer.hash] = answer.SerializeToString()
            yield answer
            if answer.WhichOneof("type") == "script_finished":
                if answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return
                self._ids, self._fragments, self.errors = {}, {}, []

    def _take(self, answer: ForwardMsg) -> None:
        kind = answer.WhichOneof("type")
        if kind == "page_info_changed":
            self.query = answer.page_info_changed.query_string
        elif kind == "new_session":
            pages = {one.page_script_hash: one.url_pathname for one in answer.new_session.app_pages}
            self.page = pages.get(answer.new_session.page_script_hash, self.page)
        elif kind == "navigation":
            pages = {one.page_script_hash: one.url_pathname for one in answer.navigation.app_pages}
            self.page = pages.get(answer.navigation.page_script_hash, self.page)
        elif kind == "auto_rerun":
            self._fragments[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
        elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
            self._element(answer.delta.new_element)

    def _element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "alert":
            self.errors.append(element.alert.body)
        if kind in WIDGETS:
            widget = getattr(element, kind)
            if key := re.fullmatch(r"\$\$ID-[0-9a-f]+-(.+)", widget.id):
                self._ids[key[1]] = widget.id
