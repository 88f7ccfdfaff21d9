"""What a submission must not be able to change: the installed kit, and the files that every Python start runs.

A seal is taken before a submission's code runs. From it the kit is copied into a folder of that one examination, so that
``labkit.__file__`` points to a copy that is thrown away, and against it the installation is compared afterwards.

What changed is put back, except in a working copy (an editable install): there it may be the work of a person who saved a
file while a submission ran. It is left alone and logged, and until it changes again examinations use the version from before.
"""

import logging
import os
import site
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_START_FILES = ("*.pth", "sitecustomize.py", "usercustomize.py", "__editable__*")
_LIBRARIES = {"site-packages", "dist-packages"}
_doubted: dict[Path, tuple[bytes, tuple[bytes, int] | None]] = {}
"""Files of a working copy that changed while a submission ran: what is there now, and what was there before."""


def start_folders() -> list[Path]:
    """The folders whose ``.pth`` and ``sitecustomize.py`` files run at the start of this Python (see the module ``site``)."""
    folders = [*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_paths()["stdlib"]]
    return list(dict.fromkeys(Path(folder).resolve() for folder in folders))


@dataclass(frozen=True)
class Seal:
    """The bytes of every sealed file with its time stamp (ns), and where new ones are looked for."""

    package: Path
    folders: tuple[Path, ...]
    files: dict[Path, tuple[bytes, int]]

    @classmethod
    def take(cls, package: Path = PACKAGE, folders: list[Path] | None = None) -> "Seal":
        """Read the package and the start files as they are now (``folders``: where start files are, by default all)."""
        looked = tuple(start_folders() if folders is None else folders)
        files = {path: _read(path) for path in _sealed(package, looked)}
        for path, (found, before) in list(_doubted.items()):
            if files.get(path, (b"", 0))[0] != found:
                del _doubted[path]  # it changed again, by someone
            elif before is None:
                files.pop(path, None)
            else:
                files[path] = before
        return cls(package, looked, files)

    @property
    def installed(self) -> bool:
        """Whether the package lies where installers put packages, so that no person edits it there."""
        return self.package.parent.name in _LIBRARIES

    def copy_package(self, target: Path) -> None:
        """Write the package as it was sealed into ``target`` (a folder that is put on ``sys.path``)."""
        for path, (content, stamp) in self.files.items():
            if path.is_relative_to(self.package):
                _write(target / path.relative_to(self.package.parent), content, stamp)

    def restore(self, log: logging.Logger, who: str) -> list[Path]:
        """Put back what was changed, added or deleted since the seal was taken; the files that the log was told of.

        What was found in their place is kept in a temporary folder that the log names. Compiled files (``.pyc``) are removed
        without a word; Python writes them again.
        """
        now = set(_sealed(self.package, self.folders))
        broken = {path for path in now if path not in self.files or _read(path)[0] != self.files[path][0]}
        broken |= set(self.files) - now
        broken -= {path for path, (found, _) in _doubted.items() if _read(path)[0] == found}
        for path in {path for path in broken if path.suffix == ".pyc"}:
            path.unlink(missing_ok=True)
            broken.remove(path)
        left = {path for path in broken if path.is_relative_to(self.package) and not self.installed}
        for path in left:
            _doubted[path] = (_read(path)[0], self.files.get(path))
        if left:
            log.error(
                "%s was examined while files of this working copy changed: %s. They were left as they are; look at them. Until "
                "they change again, submissions are examined with the version from before",
                who,
                _names(left),
            )
        if put_back := broken - left:
            kept = Path(tempfile.mkdtemp(prefix="labkit-changed-"))
            for path in put_back:
                if path.is_file():
                    _write(kept / str(path).lstrip(os.sep), *_read(path))
                path.unlink(missing_ok=True)
                if path in self.files:
                    _write(path, *self.files[path])
            log.error(
                "%s was examined while files of the installation changed; they were restored: %s. What was there is in %s",
                who,
                _names(put_back),
                kept,
            )
        return sorted(broken)


def _sealed(package: Path, folders: tuple[Path, ...]) -> list[Path]:
    paths = [path for path in package.rglob("*") if path.is_file() or path.is_symlink()]
    for folder in folders:
        for pattern in _START_FILES:
            paths += [path for path in folder.glob(pattern) if path.is_file()]
    return paths


def _names(paths: set[Path]) -> str:
    return ", ".join(str(path) for path in sorted(paths))


def _read(path: Path) -> tuple[bytes, int]:
    try:
        return path.read_bytes(), path.stat().st_mtime_ns
    except OSError:
        return b"", 0


def _write(path: Path, content: bytes, stamp: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(stamp, stamp))  # compiled files are valid for this time stamp only
