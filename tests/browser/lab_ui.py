"""A real JupyterLab in a real browser, worked through its own menus and keys, as a learner does."""

import ctypes
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import nbformat
import psutil
import requests
from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parent.parent.parent
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_pages = itertools.count(1)


class JupyterLab:
    """JupyterLab as ``make lab`` runs it, on a folder and with settings of its own; a context manager.

    Args:
        root: the folder that it shows.
        state: an empty folder for its settings, its workspace and its log.

    Attributes:
        url: its address, with a slash at the end.
        token: what it asks for.
    """

    def __init__(self, root: Path, state: Path) -> None:
        self.root, self.state = root, state
        self.url = self.token = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # Every cell is in the page, also those that are scrolled away: tests and pictures see them all.
        self.set("@jupyterlab/notebook-extension", "tracker", {"windowingMode": "none"})
        runtime = self.state / "runtime"
        with (self.state / "lab.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.root_dir={self.root}"],
                preexec_fn=_end_with_parent, cwd=self.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={
                    **os.environ,
                    "JUPYTER_CONFIG_PATH": str(ROOT / "tools" / "jupyter"),
                    "JUPYTER_CONFIG_DIR": str(self.state / "config"),
                    "JUPYTER_RUNTIME_DIR": str(runtime),
                    "JUPYTERLAB_SETTINGS_DIR": str(self.state / "settings"),
                    "JUPYTERLAB_WORKSPACES_DIR": str(self.state / "workspaces"),
                },
            )  # fmt: skip
        try:
            wait_until(
                lambda: self._answers(runtime),
                60.0,
                lambda: f"JupyterLab did not answer:\n{self.log[-4000:]}",
            )
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.state / "lab.log").read_text(errors="replace")

    def set(self, extension: str, plugin: str, settings: dict[str, Any]) -> None:
        """Write a user setting, as the settings editor would; it counts from the next page that is opened."""
        file = self.state / "settings" / extension / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))

    def theme(self, name: str) -> None:
        """Choose the theme of the next page: ``"JupyterLab Light"`` or ``"JupyterLab Dark"``."""
        self.set("@jupyterlab/apputils-extension", "themes", {"theme": name})

    def call(self, method: str, path: str) -> Any:
        """Ask the server's REST interface, for example ``call("GET", "api/kernels")``."""
        headers = {"Authorization": f"token {self.token}"}
        answer = requests.request(method, self.url + path, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def end_kernels(self) -> None:
        """Shut every kernel down, as "Shut Down All Kernels" does."""
        for session in self.call("GET", "api/sessions"):
            self.call("DELETE", f"api/sessions/{session['id']}")

    def stop(self) -> None:
        """End it with its kernels; what has not gone 15 seconds later is killed, with all that it started."""
        if self._process is None or self._process.poll() is not None:
            return
        below = psutil.Process(self.pid).children(recursive=True)
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for process in psutil.wait_procs(below, timeout=5)[1]:
            process.kill()

    def _answers(self, runtime: Path) -> bool:
        """Whether it answers; its own note in the runtime folder tells the port and the token."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with code {self._process.returncode}:\n{self.log[-4000:]}")
        for note in runtime.glob("jpserver-*.json"):
            try:
                told = json.loads(note.read_text())
            except json.JSONDecodeError:  # still being written
                return False
            self.url, self.token = told["url"].replace("localhost", "127.0.0.1"), told["token"]
            try:
                return self.call("GET", "api/status") is not None
            except requests.ConnectionError:
                return False
        return False


class Notebook:
    """A notebook, open in a page. Cells are named by their ids in the file.

    Args:
        page: a page of the browser.
        lab: the JupyterLab that serves it.
        path: the notebook, relative to the lab's root.
    """

    def __init__(self, page: Page, lab: JupyterLab, path: str) -> None:
        self.page, self.path, self._lab = page, path, lab
        self.elsewhere: list[str] = []  # addresses that the page asked for and that are not this machine's
        page.on("request", lambda request: self._note(request.url, lab.url))
        self.ids = [cell.id for cell in nbformat.read(lab.root / path, 4).cells]
        workspace = f"lab/workspaces/page-{next(_pages)}"  # its own, so that no other page's tabs come back in it
        page.goto(f"{lab.url}{workspace}/tree/{path}?token={lab.token}", wait_until="domcontentloaded")
        page.locator(".jp-Notebook .jp-Cell").nth(len(self.ids) - 1).wait_for(state="attached", timeout=60_000)
        # The page says "idle" for a moment before it has a kernel, so the server is asked too.
        wait_until(lambda: self._connected() and self._idle(), 60.0, lambda: f"the kernel of {path} is not ready")

    def cell(self, name: str) -> Locator:
        """The cell with this id."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.ids.index(name))

    def run_all(self, seconds: float = 120.0) -> None:
        """Menu *Run*, entry *Run All Cells*; comes back when they have run, or one of them raised."""
        self._count_rises(lambda: self._menu("Run", "Run All Cells"), seconds)

    def restart_and_run_all(self, seconds: float = 120.0) -> None:
        """Menu *Kernel*, entry *Restart Kernel and Run All Cells*, and yes to its question."""
        self._menu("Kernel", "Restart Kernel and Run All Cells…")
        # Every prompt is emptied by the restart, so there is no count to rise from.
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        wait_until(lambda: not any(self.counts().values()), 30.0, lambda: "the kernel was not restarted")
        self._count_rises(lambda: None, seconds)

    def run(self, name: str, seconds: float = 60.0) -> str:
        """Click into one cell, press Shift-Enter, wait, and return the text of what it shows."""
        self.cell(name).locator(".cm-content").click()
        self._count_rises(lambda: self.page.keyboard.press("Shift+Enter"), seconds)
        return self.output(name)

    def type(self, name: str, code: str) -> None:
        """Replace a code cell's text by typing, key after key."""
        self.cell(name).locator(".cm-content").click()
        keys = self.page.keyboard
        keys.press("ControlOrMeta+a")
        keys.press("Delete")
        for number, line in enumerate(code.splitlines()):
            if number:
                keys.press("Enter")
                keys.press("Shift+Home")  # the indentation that the editor put in; typing replaces it
                if not line:
                    keys.press("Delete")
            keys.type(line)
        keys.press("Escape")

    def output(self, name: str) -> str:
        """The text that a cell shows below it."""
        return "\n".join(self.cell(name).locator(".jp-OutputArea-output").all_inner_texts()).strip()

    def outputs(self) -> dict[str, str]:
        """The text below every cell that shows any."""
        return {name: text for name in self.ids if (text := self.output(name))}

    def counts(self) -> dict[str, int | None]:
        """The execution count of every code cell: None when it did not run, 0 while it runs."""
        prompts = self.page.locator(".jp-Notebook .jp-Cell").evaluate_all(
            "cells => cells.map(cell => cell.classList.contains('jp-CodeCell')"
            " ? (cell.querySelector('.jp-InputArea-prompt, .jp-InputPrompt') || {textContent: ''}).textContent : null)"
        )
        told = zip(self.ids, prompts, strict=True)
        return {name: _count(prompt) for name, prompt in told if prompt is not None}

    def errors(self) -> dict[str, str]:
        """The text of every cell that raised, or wrote on stderr: JupyterLab shows the two alike."""
        found = {}
        for name in self.ids:
            texts = (
                self.cell(name)
                .locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
                .all_inner_texts()
            )
            if texts:
                found[name] = "\n".join(texts)
        return found

    def screenshot(self, name: str, file: Path) -> Path:
        """A picture of one cell with what it shows, as PNG."""
        cell = self.cell(name)
        cell.scroll_into_view_if_needed()
        file.parent.mkdir(parents=True, exist_ok=True)
        cell.screenshot(path=file)
        return file

    def save(self) -> None:
        """Ctrl-S, and wait until the file says so."""
        self.page.keyboard.press("ControlOrMeta+s")
        self.page.locator(".jp-mod-current.jp-mod-dirty").wait_for(state="detached")

    def _menu(self, menu: str, entry: str) -> None:
        self.page.get_by_role("menubar").get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=entry, exact=True).click()
        self.page.locator(".lm-Menu").wait_for(state="detached")  # it closes when an entry has been taken

    def _count_rises(self, act: Callable[[], object], seconds: float) -> None:
        """Act, then wait until cells ran, none is waiting and the kernel is idle."""
        before = max([count or 0 for count in self.counts().values()], default=0)
        act()

        def done() -> bool:
            counts = [count for count in self.counts().values() if count is not None]
            return bool(counts) and 0 not in counts and max(counts) > before and self._idle()

        wait_until(done, seconds, lambda: f"still running after {seconds:g} s: {self.counts()}")

    def _idle(self) -> bool:
        return self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').count() > 0

    def _connected(self) -> bool:
        sessions = self._lab.call("GET", "api/sessions")
        return any(s["path"] == self.path and s["kernel"]["connections"] for s in sessions)

    def _note(self, address: str, home: str) -> None:
        if not address.startswith((home, home.replace("http", "ws", 1), "data:", "blob:")):
            self.elsewhere.append(address)


def _end_with_parent() -> None:
    """Linux sends SIGTERM to this process when the tests are killed: no JupyterLab outlives them."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1  # linux/prctl.h
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until(condition: Callable[[], bool], seconds: float, words: Callable[[], str]) -> None:
    """Wait for a condition, and fail in words when it does not come.

    Args:
        condition: asked ten times a second.
        seconds: the longest to wait.
        words: what to say when it did not come.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(words())
        time.sleep(0.1)


def _count(prompt: str) -> int | None:
    """``[3]:`` is 3, ``[*]:`` is 0, ``[ ]:`` is None."""
    inside = prompt.strip().strip("[]: ")
    return 0 if inside == "*" else int(inside) if inside.isdigit() else None
