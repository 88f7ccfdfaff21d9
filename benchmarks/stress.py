"""Every check, 50 times on right answers while every core is kept busy: none may be rejected (``make stress``)."""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from tests.answered import answers, calls, exercise_of, judge


def spin() -> None:
    """Keep a core busy until ended."""
    while True:
        sum(range(10_000))


def main() -> int:
    """Run and report; returns 1 when a right answer was rejected."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stress", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="verdicts an exercise (default 50)")
    parser.add_argument("--only", default="", help="exercises whose name contains this text")
    options = parser.parse_args()
    known = calls()
    right: dict[str, list[Path]] = {}
    for file in answers("right"):
        if options.only in exercise_of(file):
            right.setdefault(exercise_of(file), []).append(file)
    cores = os.cpu_count() or 1
    spinners = [multiprocessing.get_context("spawn").Process(target=spin, daemon=True) for _ in range(cores)]
    for spinner in spinners:
        spinner.start()
    rejected = 0
    print(f"{options.runs} runs of each check with {cores} cores kept busy; each run judges visible and hidden data")
    try:
        for name, files in sorted(right.items()):
            times, wrong = [], []
            for file in islice(cycle(files), options.runs):
                with tempfile.TemporaryDirectory() as folder:
                    begin = time.perf_counter()
                    verdict = judge(file, known[name], Path(folder))
                    times.append(time.perf_counter() - begin)
                if not verdict.passed:
                    wrong.append(f"{file.name}:\n{verdict}")
            rejected += len(wrong)
            print(
                f"{name:<18} {len(wrong)} of {options.runs} rejected; median {statistics.median(times):.2f} s, "
                f"most {max(times):.2f} s, {len(files)} right answers in turn",
                flush=True,
            )
            for words in wrong[:3]:
                print(words)
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.join()
    print(f"{rejected} false rejections in {options.runs * len(right)} runs")
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
