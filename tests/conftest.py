"""What all tests share: the root, private Jupyter folders, and a look at what a test leaves behind."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent


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
def leaves_no_process() -> Iterator[None]:
    """Fails a test that leaves a process running, and ends that process."""
    before = set(descendants())
    yield
    left = still_running([p for p in descendants() if p not in before], patience=5.0)
    words = [f"{p.pid} {' '.join(p.cmdline())}" for p in left]
    for process in left:
        process.kill()
    assert not left, "left running:\n" + "\n".join(words)


def descendants(pid: int | None = None) -> list[psutil.Process]:
    """Every process below this one, or below another.

    Args:
        pid: the process to look below; by default this one.
    """
    return psutil.Process(pid or os.getpid()).children(recursive=True)


def still_running(processes: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """Those that have not ended after some time.

    Args:
        processes: the processes to wait for.
        patience: seconds to wait, at most.
    """
    deadline = time.monotonic() + patience
    while True:
        left = [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)
