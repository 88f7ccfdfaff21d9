"""The ``labkit`` command: the doctor, a check from a terminal, the release of the labs, and cleaning up."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

PASSED, NOT_YET, USAGE, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """What was asked for cannot be done as it was asked; the message says what can."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: what follows ``labkit`` on the command line; by default the command line itself.

    Returns:
        The exit code: 0 when all is well, 1 when an answer is not right yet or tier 1 is not ready, 2 when
        the command was asked for something that it cannot do.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except UsageError as error:
        print(f"labkit: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("labkit: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="labkit", description="The kit of Callable to Cluster.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    doctor = commands.add_parser("doctor", help="say what this machine can run, and what it lacks")
    doctor.add_argument("--json", action="store_true", help="as JSON, for another program")
    doctor.set_defaults(run=_doctor)

    check = commands.add_parser("check", help="check an answer, as the notebook would")
    check.add_argument("exercise", metavar="EXERCISE", help="for example lab01/status")
    check.add_argument("file", metavar="FILE", type=Path, help="the file that answers it")
    check.set_defaults(run=_check)

    labs = commands.add_parser("labs", help="generate labs/ from solutions/")
    labs.set_defaults(run=_labs)

    clean = commands.add_parser("clean", help="remove scratch folders that an interrupted run has left")
    clean.set_defaults(run=_clean)
    return parser


def _doctor(options: argparse.Namespace) -> int:
    from labkit import doctor

    diagnosis = doctor.examine()
    print(json.dumps(diagnosis.to_dict(), indent=2) if options.json else diagnosis)
    return PASSED if diagnosis.tiers[0].ready else NOT_YET


def _check(options: argparse.Namespace) -> int:
    from labkit import checks

    if not options.file.is_file():
        raise UsageError(f"there is no file {options.file}")
    try:
        verdict = checks.judge_file(options.exercise, options.file, {})
    except (
        checks.UnknownExercise,
        RuntimeError,
    ) as error:  # the latter: the check itself failed, and says how
        raise UsageError(str(error)) from error
    print(verdict)
    return PASSED if verdict.passed else NOT_YET


def _labs(options: argparse.Namespace) -> int:
    root = Path.cwd()
    if not (root / "solutions").is_dir():
        raise UsageError(f"{root} has no solutions/ to generate labs from: run this in the course's own folder")
    try:
        from labkit import grade
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is not installed. 'make labs' installs what teaching needs") from error
    grade.generate_labs(root)
    return PASSED


def _clean(options: argparse.Namespace) -> int:
    from labkit import serve

    for folder in serve.clean():
        print(f"removed {folder}")
    return PASSED


if __name__ == "__main__":
    sys.exit(main())
