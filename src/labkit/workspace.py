"""A lesson's own empty folder, gone when its kernel is gone."""

import os
import tempfile
from pathlib import Path

from labkit.serve import Keeper, Session
from labkit.serve.process import SCRATCH_PREFIX

_keeper = Keeper()
_held: dict[str, tuple[Path, Session]] = {}


def scratch(name: str) -> Path:
    """Make an empty folder for a lesson's files and change into it.

    The folder is removed when the kernel ends, also when it is killed. Called again with the same name, it changes
    into the same folder and keeps what is there.

    Args:
        name: the lesson, ``"03"``; it becomes part of the folder's name.

    Returns:
        The folder, which is now the current one.
    """
    if name not in _held or not _held[name][0].is_dir():
        folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{os.getpid()}-", suffix=f"-lesson-{name}"))
        session = _keeper.session({"hold": True, "folders": [str(folder)]})
        _held[name] = (folder, session)
    os.chdir(_held[name][0])
    return _held[name][0]
