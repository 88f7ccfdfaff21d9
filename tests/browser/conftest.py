"""The fixtures of the browser tests. A machine without a browser skips them and says why."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labkit.doctor import find_program

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test installs it")

from lab_ui import CHROMIUM_FLAGS, ROOT, JupyterLab, Notebook  # noqa: E402 - needs playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    """The system's Chromium, without a window.

    It lives for one module: meanwhile playwright keeps an event loop in this thread, which others cannot have.
    """
    program = find_program(*BROWSERS)
    if program is None:
        pytest.skip(f"no browser is installed: none of {', '.join(BROWSERS)} was found")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """JupyterLab on a copy of the course."""
    course = tmp_path_factory.mktemp("course")
    unwanted = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for folder in ("notebooks", "labs"):
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, course / folder, ignore=unwanted)
    with JupyterLab(course, tmp_path_factory.mktemp("lab-state")) as running:
        yield running


@pytest.fixture
def open_notebook(browser: "sync_api.Browser", lab: JupyterLab) -> Iterator[Callable[[str], Notebook]]:
    """Call it with a notebook's path to open it in a page of its own; page and kernel end with the test."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, device_scale_factor=1)
    context.set_default_timeout(30_000)
    try:
        yield lambda path: Notebook(context.new_page(), lab, path)
    finally:
        context.close()
        lab.end_kernels()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where a test puts its screenshots."""
    return tmp_path
