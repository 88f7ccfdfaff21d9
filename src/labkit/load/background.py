"""A load while something else happens."""

from collections.abc import Callable
from typing import Any

from labkit.load.fast import flood, plan_flood, plan_steady, steady
from labkit.load.run import Running
from labkit.load.slow import idle, plan_idle, plan_trickle, trickle
from labkit.trace import Trace

PLANS = {steady: plan_steady, flood: plan_flood, trickle: plan_trickle, idle: plan_idle}


def background(load: Callable[..., Trace], *args: Any, **kwargs: Any) -> Running:
    """Run `load` (steady, flood, trickle or idle, with its arguments) while the block under `with` works.

        with load.background(load.steady, server.url, rate=50, seconds=4) as running:
            time.sleep(1)
            running.mark("HUP")
            os.kill(server.pid, signal.SIGHUP)
        show.lanes(running.trace)

    The block begins when the first bytes are on their way (trickle and idle: when all are connected). At
    its end a steady or a flood is waited for, and a trickle or an idle is stopped. `.trace` is known then.
    Raises ValueError for anything that is not a load.
    """
    if load not in PLANS:
        raise ValueError(
            "background runs one of load.steady, load.flood, load.trickle and load.idle (without brackets)"
        )
    return Running(PLANS[load](*args, **kwargs))
