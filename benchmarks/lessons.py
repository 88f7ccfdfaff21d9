"""How long each lesson takes from its first cell to its last: none over two minutes."""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

MOST_SECONDS = 120.0


def main() -> int:
    """Run every lesson once and print its time. Returns 1 when one takes longer than it may."""
    slow = 0
    print("Whole lessons, each run once in a fresh kernel\n")
    for file in sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        begin = time.perf_counter()
        NotebookClient(notebook, timeout=MOST_SECONDS, resources={"metadata": {"path": str(file.parent)}}).execute()
        seconds = time.perf_counter() - begin
        slow |= seconds > MOST_SECONDS
        print(
            f"{file.stem:<32}{seconds:6.1f} s{'  MORE THAN TWO MINUTES' if seconds > MOST_SECONDS else ''}", flush=True
        )
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
