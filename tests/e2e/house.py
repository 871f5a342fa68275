"""The house as it stands for people: a real server on a free port, and visitors in a real Chromium."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from pages._ui.server.owner import KEY_FILE, CookieKey, owner_of, read_or_create_secret
from pages._ui.shell.navigation import PAGES
from translearn_core.config.settings import Settings
from translearn_core.runs import Run, RunStore, Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""

if importlib.util.find_spec("playwright") is None or not CHROMIUM:
    MISSING = (
        "These tests drive the app in a browser: install playwright (pip install -e '.[test]') and chromium."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING, pytrace=False)
    pytest.skip(MISSING, allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402 - only where it is
from playwright.sync_api import BrowserContext, Locator, Page, expect  # noqa: E402 - only where it is
from playwright.sync_api import TimeoutError as BrowserTimeout  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
WAIT = 150_000
"""Milliseconds a browser waits for what must come; other people compute on this machine too."""

TRAINING = 300_000
"""Milliseconds that a training of the tickets may take."""

TITLES = {name: place.title for name, place in PAGES.items()} | {
    "home": "Did transfer help, and how do you know?"
}
"""What the top of each page says."""


class Server:
    """The app as a process of its own, on one port and one workspace; it may be killed and started again."""

    def __init__(self, workspace: Path, base: str = "") -> None:
        self.settings = Settings(workspace=workspace)
        self.port = _free_port()
        self.base = base
        self.url = f"http://127.0.0.1:{self.port}{base and '/'}{base}"
        self.store = RunStore(Workspace(workspace))
        self.log = workspace.parent / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def cookie(self, token: str) -> dict[str, str]:
        """Return the cookie that makes a browser the one with this token."""
        key = CookieKey(read_or_create_secret(self.settings.workspace / KEY_FILE))
        return {"name": key.cookie, "value": key.signed(token), "url": self.url}

    def owner(self, context: BrowserContext) -> str:
        """Return whose browser this is."""
        key = CookieKey(read_or_create_secret(self.settings.workspace / KEY_FILE))
        token = key.verified(next(c["value"] for c in context.cookies() if c["name"] == key.cookie))
        assert token is not None
        return owner_of(token)

    @property
    def process(self) -> psutil.Process:
        """The process that serves."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.port", str(self.port), "--server.headless", "true"]
        command += ["--server.baseUrlPath", self.base] if self.base else []
        env = {name: value for name, value in os.environ.items() if not name.startswith("TRANSLEARN_")}
        env["TRANSLEARN_WORKSPACE"] = str(self.settings.workspace)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            assert self._process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server's process group; the engine has one of its own and lives on."""
        if self._process is None:
            return
        os.killpg(self._process.pid, how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
        self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


@contextmanager
def second_server(server: Server, base: str = "") -> Iterator[Server]:
    """Serve the workspace of a server by a second process, below a path if there is one."""
    house = Server(server.settings.workspace, base)
    try:
        house.start()
        yield house
    finally:
        house.end()
        house.store.close()


@dataclass(frozen=True)
class Trained:
    """A finished run, and the cookie of the browser whose run it is."""

    token: str
    run: Run


@dataclass
class Visitor:
    """A browser of its own, with its own cookie; remembers whom it talked to."""

    context: BrowserContext
    url: str
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(WAIT)
        self.context.on("request", lambda request: self._note(request.url))
        self.context.on("page", lambda page: page.on("websocket", lambda socket: self._note(socket.url)))

    def open(self, page: str = "", **params: str) -> Page:
        """Open a page of the app by its address in a new tab."""
        tab = self.context.new_page()
        query = "&".join(f"{name}={value}" for name, value in params.items())
        tab.goto(f"{self.url}/{'' if page == 'home' else page}{'?' + query if query else ''}")
        return tab

    def _note(self, url: str) -> None:
        if host := urlsplit(url).hostname:  # data: and blob: have none
            self.hosts.add(host)


def title(tab: Page, name: str) -> None:
    """Wait until the top of a page is there; what stands there instead is part of the failure."""
    try:
        expect(tab.get_by_role("heading", level=1)).to_have_text(TITLES[name])
    except AssertionError as error:
        app = tab.get_by_test_id("stApp")
        states = [app.get_attribute(f"data-test-{of}-state") for of in ("connection", "script")]
        text = tab.get_by_test_id("stMain").inner_text()
        raise AssertionError(f"{error}\n{tab.url} is {' and '.join(map(str, states))}:\n{text}") from None


def bring(tab: Page, name: str, content: bytes) -> None:
    """Upload a file on the front page."""
    title(tab, "home")
    keyed(tab, "upload_train-0").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    title(tab, "data")
    settled(tab)


def turn_to(tab: Page, name: str) -> None:
    """Go to a page through the menu."""
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name=PAGES[name].title, exact=True).click()
    title(tab, name)


def press(tab: Page, key: str, then: Callable[[], None]) -> None:
    """Press a button; again, as a person would, where the page moved under the pointer and `then` fails."""
    button = keyed(tab, key).get_by_role("button")
    button.click()
    expect.set_options(timeout=WAIT / 5)
    try:
        then()
    except AssertionError:
        with suppress(BrowserTimeout):  # the answer may take the button's place at this moment
            button.click(timeout=1000)
    finally:
        expect.set_options(timeout=WAIT)
    then()


def settled(tab: Page, bars: int = 0) -> None:
    """Wait until the page's script has ended and what it asked a worker for is there.

    `bars` are the progress bars that the page has at rest.
    """
    quiet = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
    for _ in range(2):  # the browser hears of the end a moment before it draws the last of the page
        expect(tab.locator(quiet)).to_be_attached()
        expect(tab.get_by_test_id("stMain").get_by_test_id("stProgress")).to_have_count(bars)
        tab.wait_for_timeout(100)


def sound(tab: Page) -> None:
    """Check that nothing on the page went wrong: no error box, no exception, no traceback."""
    expect(tab.get_by_test_id("stException")).to_have_count(0)
    # a model that is worse than its baselines is said in red, too
    errors = tab.get_by_test_id("stAlertContentError").filter(has_not_text="trending_down")
    expect(errors).to_have_count(0)
    expect(tab.get_by_test_id("stMain")).not_to_contain_text("Traceback")


def keyed(tab: Page, key: str) -> Locator:
    """Return the element with this key."""
    return tab.locator(f".st-key-{key}")


def drawn(tab: Page, key: str) -> None:
    """Check that a figure stands there with something in it."""
    expect(keyed(tab, key).locator(".js-plotly-plot .main-svg").first).to_be_visible()


def accessible(tab: Page) -> None:
    """Check that axe-core finds nothing serious or critical but in the menu's list, Streamlit's own."""
    menu = '[data-testid="stSidebarNavItems"]'
    found = Axe().run(tab, {"exclude": [[menu]]}, {"resultTypes": ["violations"]}).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not grave, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in grave]


def focus(tab: Page, inside: Locator, most: int = 120) -> None:
    """Move the keyboard's focus into a part of the page with the tabulator key alone."""
    for _ in range(most):
        if inside.evaluate("part => part.contains(document.activeElement)"):
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"the tabulator key does not reach {inside} in {most} steps")


def fits(tab: Page) -> None:
    """Wait until nothing is wider than the window; the part that scrolls is looked at by itself."""
    tab.wait_for_function(
        "() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]"
        ".every(part => part.scrollWidth <= window.innerWidth + 2)"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
