"""A small model hub on this machine: it speaks the Hub's interface, so the real client talks to it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class LocalHub:
    """Serves folders as repositories; `refuse[id]` answers otherwise; `asked` lists the requests."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        self.refuse: dict[str, tuple[int, str] | None] = {}
        self.asked: list[str] = []
        self.url = ""

    def files(self, id: str) -> list[Path]:
        return sorted(path for path in self.folders[id].rglob("*") if path.is_file())

    def downloads(self) -> list[str]:
        return sorted(
            line.rpartition("/")[2] for line in self.asked if line.startswith("GET /") and "/resolve/" in line
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
        self.hub.asked.append(f"{self.command} {path}")
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
        if rest.startswith("/resolve/"):
            return self.file(folder / rest.split("/", 3)[3], body=body)
        if rest.startswith("/revision/") and rest.split("/")[2] not in ("main", COMMIT):
            return self.send(404, b"", {"X-Error-Code": "RevisionNotFound"})
        names = [(file.relative_to(folder).as_posix(), file) for file in self.hub.files(id)]
        if rest.startswith("/tree/"):
            return self.json(
                [{"type": "file", "oid": digest(f), "size": f.stat().st_size, "path": n} for n, f in names]
            )
        return self.json(
            {
                "id": id,
                "sha": COMMIT,
                "private": False,
                "tags": [],
                "siblings": [
                    {"rfilename": n, "size": f.stat().st_size, "blobId": digest(f)} for n, f in names
                ],
            }
        )

    def file(self, path: Path, *, body: bool) -> None:
        if not path.is_file():
            return self.send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        headers = {"ETag": f'"{digest(path)}"', "X-Repo-Commit": COMMIT}
        return self.send(200, path.read_bytes(), headers, body=body)

    def json(self, value: object) -> None:
        self.send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send(self, status: int, data: bytes, headers: dict[str, str], *, body: bool = True) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)


def digest(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


@contextmanager
def local_hub() -> Iterator[LocalHub]:
    """Serve an empty hub on a free port for the length of the block."""
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
