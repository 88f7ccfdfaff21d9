"""A bench for worker settings: start gunicorn with them, put it under load, see what happened, compare.

    run(workers=3, wait_ms=100, clients=12)   one experiment
    table(runs)                               what came of several, side by side
    panel()                                   the same by hand: controls, a button, the lanes, and a growing table

The limits of every setting are in `RANGES`.
"""

from .experiment import RANGES, Run, Settings, run
from .panel import Panel, panel
from .table import Table, table

__all__ = ["RANGES", "Panel", "Run", "Settings", "Table", "panel", "run", "table"]
