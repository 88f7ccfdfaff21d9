"""What all tests share: the root, private Jupyter folders, and a look at what a test leaves behind."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tables import TABLE

ROOT = Path(__file__).parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have recorded (see tables.py)."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, rows in getattr(report, "user_properties", []):
                if name.startswith(TABLE) and report.when == "call":
                    terminalreporter.section(name.removeprefix(TABLE))
                    for row in rows:
                        terminalreporter.write_line(row)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the course."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def private_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No settings of the person who runs the tests have a say, and nothing is written into their home."""
    folder = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(folder / name.lower()))
        yield


@pytest.fixture
def leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test that leaves a process running, and ends that process.

    What a test starts inherits a mark in its environment, so that a process whose parent is gone is found too.
    """
    mark = str(uuid.uuid4())
    monkeypatch.setenv("LABKIT_TEST", mark)
    yield
    left = _still_running(mark, patience=5.0)
    words = [f"{process.pid} {' '.join(process.cmdline())}" for process in left]
    for process in left:
        process.kill()
    assert not left, "left running:\n" + "\n".join(words)


def _still_running(mark: str, patience: float) -> list[psutil.Process]:
    """The processes with this mark that have not ended after some seconds."""
    deadline = time.monotonic() + patience
    while True:
        left = [process for process in psutil.process_iter() if _mark(process) == mark]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def _mark(process: psutil.Process) -> str | None:
    """The mark that a process inherited; a zombie has none any more, and other people's processes are not shown."""
    try:
        return process.environ().get("LABKIT_TEST")
    except (psutil.Error, OSError):
        return None
