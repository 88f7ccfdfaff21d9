"""Generate ``labs/`` from ``solutions/``: what ``make labs`` and ``labkit labs`` call, and what a test compares."""

import logging
from pathlib import Path


class LabError(RuntimeError):
    """A lab could not be generated; the message has the reason."""


def generate_labs(course_dir: Path, release_dir: Path | None = None) -> list[Path]:
    """Write the release of every lab in ``course_dir``, like ``nbgrader generate_assignment --force --no-db`` for each.

    ``course_dir`` holds ``nbgrader_config.py``; ``release_dir`` is another folder for the releases than the configured one.
    A lab's release folder is emptied first. The gradebook is not touched: an instructor who will grade runs
    ``nbgrader generate_assignment`` once, which writes the same files and stores the tests.
    Returns the release folders, in order. Raises :class:`LabError` when a lab cannot be generated.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import Config, PyFileConfigLoader

    course_dir = Path(course_dir).resolve()
    config = Config(PyFileConfigLoader("nbgrader_config.py", path=str(course_dir)).load_config())
    config.CourseDirectory.root = str(course_dir)
    config.SaveCells.enabled = False
    if release_dir is not None:
        config.CourseDirectory.release_directory = str(Path(release_dir).resolve())
    course = CourseDirectory(config=config)
    source = Path(course.format_path(course.source_directory, ".", "."))
    logger = logging.getLogger("labkit.grade.labs")
    released = []
    for folder in sorted(path for path in source.glob("*") if any(path.glob("*.ipynb"))):
        course.assignment_id = folder.name
        converter = GenerateAssignment(coursedir=course, config=config, no_database=True, force=True, log=logger)
        reasons: list[str] = []
        handler = _Reasons(reasons)
        logger.addHandler(handler)
        try:
            converter.start()
        except NbGraderException as error:
            raise LabError(f"{folder.name} could not be generated: {_last_line(reasons) or error}") from error
        finally:
            logger.removeHandler(handler)
        released.append(Path(course.format_path(course.release_directory, ".", folder.name)).resolve())
    return released


class _Reasons(logging.Handler):
    """Keeps what nbgrader logs as an error; its exceptions only say that there was one."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.reasons = reasons

    def emit(self, record: logging.LogRecord) -> None:
        self.reasons.append(record.getMessage())


def _last_line(reasons: list[str]) -> str:
    """The last line of the traceback among nbgrader's error messages: the exception and its message."""
    tracebacks = [reason for reason in reasons if reason.startswith("Traceback")]
    return tracebacks[-1].strip().splitlines()[-1] if tracebacks else " ".join(reasons[:1])
