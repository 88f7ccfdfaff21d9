"""Drive traffic at a server on this machine, and get back a Trace with a row for each request.

    steady(url, rate, seconds)     open loop: so many requests a second arrive, whatever the server does
    flood(url, clients, seconds)   closed loop: so many clients, each asks again when it has its answer
    trickle(url, clients)          slow clients: a few bytes of the request at a time
    idle(url, connections)         connections that are held open and say nothing
    background(steady, url, ...)   any of them while the block under `with` does something else

A failed request is a row with its `error` in words, never an exception.
"""

from labkit.load.background import background
from labkit.load.fast import flood, steady
from labkit.load.slow import idle, trickle

__all__ = ["background", "flood", "idle", "steady", "trickle"]
