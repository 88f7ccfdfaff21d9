"""How long a verdict takes, beside its floor: the same program started, asked once and stopped, with nothing else.

Floor and verdict alternate, so that a noisy machine is noisy for both.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from labkit.checks import Exercise, find, judge_file
from labkit.serve import run_own
from tests.answered import answers, calls, exercise_of, place

ROUNDS = 7
MOST_RATIO = 1.5
MOST_SECONDS = 1.0
SEVERAL = ("module", "config")  # a verdict on these starts several programs, or waits for one to end: no ratio to keep
HELLO = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""
NEEDS = {  # environment variables without which an answer does not start
    "lab03/kinds": {"SERVICE": "ledger"},
    "lab03/poison": {"MOST_REQUESTS": "1000"},
    "lab03/shutdown": {"GRACE_SECONDS": "30"},
}


def floor(folder: Path, file: Path, exercise: Exercise) -> float:
    """Seconds for the least that a verdict needs.

    For an application: gunicorn with one worker is booted on it, asked once and stopped. For a server: the same with
    that server. For a configuration: gunicorn is booted with it on a small application, because an exercise's own may
    wait for the examination. For a module: Python starts and imports it.
    """
    log = folder / "floor.log"
    quiet = {**os.environ, "LABKIT_JOURNAL": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    quiet |= NEEDS.get(exercise.name, {})
    commands = {
        "application": ["-m", "gunicorn", exercise.app or f"{file.stem}:app", "--workers", "1", "--bind", "127.0.0.1:0",
                        "--no-control-socket"],
        "config": ["-m", "gunicorn", "hello:app", "--config", file.name, "--bind", "127.0.0.1:0", "--no-control-socket"],
        "server": [run_own.__file__, f"{file.stem}:serve", exercise.app, "0"],
        "module": ["-c", f"import {file.stem}"],
    }  # fmt: skip
    for name, source in exercise.files.items():
        shutil.copy(source, folder / name)
    (folder / "hello.py").write_text(HELLO)
    begin = time.perf_counter()
    with open(log, "wb") as out:
        program = subprocess.Popen(
            [sys.executable, *commands[exercise.kind]],
            cwd=folder, env=quiet, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        if exercise.kind == "module":
            program.wait()
            return time.perf_counter() - begin
        while not (port := re.search(rb"Listening at: http://127\.0\.0\.1:(\d+)", log.read_bytes())):
            if program.poll() is not None:
                raise RuntimeError(f"{file} did not start:\n{log.read_text()}")
            time.sleep(0.003)
        with socket.create_connection(("127.0.0.1", int(port[1])), timeout=10) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: floor\r\nConnection: close\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):  # an answer that breaks off is an answer here
                while line.recv(65536):
                    pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    return time.perf_counter() - begin


def main(only: str = "") -> int:
    """Measure every exercise's first right answer and print a table.

    The ratio's target is for what is served by one server. A module is called in several processes, a configuration
    starts several servers and waits until some have ended; both are printed all the same.

    Args:
        only: exercises whose name begins with this text.

    Returns:
        1 when a target is missed.
    """
    ratios, times = [], []
    known = calls()
    first = {exercise_of(f): f for f in reversed(answers("right"))}
    print(
        f"Verdicts, medians of {ROUNDS} rounds\n\n{'exercise':<18}{'floor':>9}{'verdict':>9}{'ratio':>7}  (least to most)"
    )
    for name, answer in sorted(first.items()):
        if not name.startswith(only):
            continue
        pairs = []
        exercise = find(name)
        with tempfile.TemporaryDirectory() as folder:
            file = place(answer, known[name], Path(folder))
            data = known[name].data[0]
            judge_file(name, file, data)  # the keeper is up in a kernel at work
            for _ in range(ROUNDS):
                least = floor(Path(folder), file, exercise)
                begin = time.perf_counter()
                verdict = judge_file(name, file, data)
                pairs.append((least, time.perf_counter() - begin))
                if not verdict.passed:
                    print(f"{name}: a right answer was rejected\n{verdict}")
                    return 1
        each = [v / f for f, v in pairs]
        ratio, seconds = statistics.median(each), statistics.median(v for _, v in pairs)
        if exercise.kind not in SEVERAL:
            ratios.append(ratio)
        times.append(seconds)
        least = statistics.median(f for f, _ in pairs)
        print(
            f"{name:<18}{least * 1000:6.0f} ms{seconds * 1000:6.0f} ms{ratio:7.2f}  ({min(each):.2f} to {max(each):.2f})"
        )
    if not times:
        print(f"no exercise begins with {only!r}")
        return 1
    middle, seconds = statistics.median(ratios or [0.0]), statistics.median(times)
    held = middle <= MOST_RATIO and seconds < MOST_SECONDS
    print(
        f"\nmedian ratio {middle:.2f} (target: at most {MOST_RATIO}), median verdict {seconds:.2f} s (target: under {MOST_SECONDS:g} s): {'held' if held else 'MISSED'}"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
