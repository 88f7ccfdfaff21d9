"""Run every benchmark, one after the other (``make bench``)."""

import sys

from . import lessons, load_vs_wrk, verdicts

if __name__ == "__main__":
    missed = 0
    for module in (verdicts, lessons, load_vs_wrk):
        missed |= module.main() or 0
        print()
    sys.exit(missed)
