"""Local model hub with the HTTP interface of the Hugging Face Hub, for its real client."""

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from huggingface_hub import close_session, constants

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class LocalHub:
    """Serves folders as repositories; `requests` lists them.

    `refuse[id]` is an error status and code, `gated` lists repositories whose files are forbidden, `seconds`
    is the time per block of `block` bytes, `breaks` lists after how many bytes the next responses end.
    `damage` sends zeros, `mute` sends nothing, `whole_only` ignores ranges, and `elsewhere` is the URL of
    another server that files are redirected to.
    """

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        self.refuse: dict[str, tuple[int, str] | None] = {}
        self.gated: set[str] = set()
        self.requests: list[str] = []
        self.ranges: list[str] = []
        self.sent = 0
        self.block, self.seconds = 16_384, 0.0
        self.breaks: list[int] = []
        self.damage = self.mute = self.whole_only = False
        self.elsewhere: str | None = None
        self.authorized: list[bool] = []
        self.url = ""

    def files(self, id: str) -> list[Path]:
        return sorted(path for path in self.folders[id].rglob("*") if path.is_file())

    def downloads(self) -> list[str]:
        return sorted(
            line.rpartition("/")[2]
            for line in self.requests
            if line.startswith("GET /") and "/resolve/" in line
        )


class Handler(BaseHTTPRequestHandler):
    hub: LocalHub

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path
        self.hub.requests.append(f"{self.command} {path}")
        self.hub.authorized.append("Authorization" in self.headers)
        known = [*self.hub.refuse, *self.hub.folders]
        id = next((id for id in known if f"/{id}/" in f"{path}/"), None)
        if id is None:
            return self.send(
                404, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
            )
        if id in self.hub.refuse:
            if (refusal := self.hub.refuse[id]) is None:
                self.close_connection = True
                return self.connection.close()
            status, code = refusal
            return self.send(status, b"<html>", {"X-Error-Code": code} if code else {})
        folder = self.hub.folders[id]
        rest = path.partition(f"/{id}")[2]
        if id in self.hub.gated and rest.startswith(("/resolve/", "/auth-check")):
            return self.send(403, b"", {"X-Error-Code": "GatedRepo"})
        if rest.startswith("/resolve/"):
            if self.hub.elsewhere is not None and body:
                return self.send(302, b"", {"Location": self.hub.elsewhere + path})
            return self.file(folder / rest.split("/", 3)[3], body=body)
        if rest.startswith("/revision/") and rest.split("/")[2] not in ("main", COMMIT):
            return self.send(404, b"", {"X-Error-Code": "RevisionNotFound"})
        files = [described(file, file.relative_to(folder).as_posix()) for file in self.hub.files(id)]
        if rest.startswith("/tree/"):
            return self.json([tree for tree, _ in files])
        gated = "manual" if id in self.hub.gated else False
        siblings = [sibling for _, sibling in files]
        return self.json(
            {"id": id, "sha": COMMIT, "private": False, "gated": gated, "tags": [], "siblings": siblings}
        )

    def file(self, path: Path, *, body: bool) -> None:
        if not path.is_file():
            return self.send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        headers = {"ETag": f'"{digest(path)}"', "X-Repo-Commit": COMMIT}
        data, status = path.read_bytes(), 200
        if self.hub.mute and body:
            time.sleep(1.0)
            self.close_connection = True
            return None
        if self.hub.damage:
            data = bytes(len(data))
        byte_range = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if body and byte_range and not self.hub.whole_only:
            self.hub.ranges.append(f"{path.name} {byte_range[1]}")
            headers["Content-Range"] = f"bytes {byte_range[1]}-{len(data) - 1}/{len(data)}"
            data, status = data[int(byte_range[1]) :], 206
        return self.send(status, data, headers, body=body)

    def json(self, value: object) -> None:
        self.send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send(self, status: int, data: bytes, headers: dict[str, str], *, body: bool = True) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        end = self.hub.breaks.pop(0) if "ETag" in headers and self.hub.breaks else len(data)
        try:
            for start in range(0, min(end, len(data)), self.hub.block):
                self.wfile.write(data[start : min(start + self.hub.block, end)])
                self.hub.sent += len(data[start : start + self.hub.block])
                if self.hub.seconds and "ETag" in headers:
                    time.sleep(self.hub.seconds)
        except OSError:  # the client went away
            self.close_connection = True
        if end < len(data):
            self.close_connection = True


def described(file: Path, name: str) -> tuple[dict[str, object], dict[str, object]]:
    """Return a file as in the Hub's tree and model info; weights have a SHA-256."""
    size, key = file.stat().st_size, digest(file)
    tree: dict[str, object] = {"type": "file", "oid": key, "size": size, "path": name}
    sibling: dict[str, object] = {"rfilename": name, "size": size, "blobId": key}
    if file.suffix == ".safetensors":
        # most weights on the Hub also have a Xet hash
        tree |= {"lfs": {"oid": key, "size": size, "pointerSize": 134}, "xetHash": key}
        sibling["lfs"] = {"sha256": key, "size": size, "pointerSize": 134}
    return tree, sibling


def digest(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".safetensors":
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\x00" % len(data) + data).hexdigest()  # git's blob hash


@contextmanager
def local_hub() -> Iterator[LocalHub]:
    """Serve an empty hub on a free port."""
    hub = LocalHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def talking_to(hub: LocalHub, cache: Path) -> Iterator[None]:
    """Point this process's Hub client to `hub` and an empty cache; fail if it looks up any other host."""
    outside: list[str] = []
    resolve = socket.getaddrinfo

    def loopback_only(host: str, *args: Any, **options: Any) -> Any:
        if host != "127.0.0.1":
            outside.append(host)
            raise socket.gaierror(f"{host} is outside this machine")
        return resolve(host, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", loopback_only)
        patch.setattr(constants, "ENDPOINT", hub.url)
        # derived from the endpoint when the library is imported
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        yield
        close_session()
    assert outside == []
