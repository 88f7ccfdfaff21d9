"""A WSGI middleware that says which worker served, and when the application was entered and left."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

_ledgers: dict[int, list[float]] = {}  # thread of the system -> CPU time when last looked at, requests inside, share


def _share(step: int) -> float:
    """Take in that a request enters this thread (1) or leaves it (-1); returns a share of CPU time that only grows.

    The difference between the two moments is the request's part: what the thread used is divided by the requests that
    were inside it at the time. Only with greenlets, which share a thread, is that more than one.
    """
    ledger = _ledgers.setdefault(threading.get_native_id(), [0.0, 0, 0.0])
    now = time.thread_time()
    if ledger[1]:
        ledger[2] += (now - ledger[0]) / ledger[1]
    ledger[0] = now
    ledger[1] += step
    return ledger[2]


def stamp(app: Callable[..., Iterable[bytes]], version: str = "") -> Callable[..., Iterable[bytes]]:
    """Wrap the WSGI application `app`: each answer gets X-Worker, X-Host, X-Entered, X-Left, X-Cpu and X-Version.

    X-Worker is the process id, X-Host the host name, X-Version the free text `version` (left out when
    empty). X-Entered and X-Left are seconds of `time.monotonic()`, one clock for all processes of a
    machine. X-Cpu, which comes with X-Left, is the CPU time in seconds that the thread has used between the two
    (`time.thread_time()`): the rest of the time it slept, waited, or was kept waiting for the GIL or a core. With
    gevent one thread serves many requests; what it used is shared out among those inside. The headers wait until `app` has returned, so that they can say when it did. A generator has
    not done its work by then, and write() sends the headers early: such answers carry no X-Left. The
    iterable itself is handed on untouched, so that close() and len() stay the server's to call.

    Returns the wrapped application. The rules are those of PEP 3333, "The start_response() Callable".
    """

    def stamped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        entered, computed = time.monotonic(), _share(1)
        held: list[tuple[Any, ...]] = []  # the call to start_response that waits
        real_write: list[Callable[[bytes], object]] = []  # what the server answered; filled once headers are handed on
        returned = False

        def hand_on(status: str, headers: Any, exc_info: Any = None, left: float | None = None) -> None:
            if type(headers) is list:  # anything else is a mistake of the application: the server shall see it as it is
                marks = [("X-Worker", str(os.getpid())), ("X-Host", socket.gethostname())]
                marks += [("X-Version", version)] if version else []
                marks += [("X-Entered", f"{entered:.6f}")]
                if left is not None:
                    marks += [("X-Left", f"{left:.6f}"), ("X-Cpu", f"{min(used, left - entered):.6f}")]
                headers = headers + marks
            real_write[:] = [start_response(status, headers, *([exc_info] if exc_info else []))]

        def release(left: float | None = None) -> None:
            while held:
                status, headers, exc_info = held.pop(0)
                hand_on(status, headers, exc_info, left)

        def write(data: bytes) -> None:
            release()
            real_write[0](data)

        def delayed(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
            if exc_info and held:
                held.clear()  # nothing was sent yet: the error replaces the first headers
            elif held:
                release()  # a second call without exc_info is the server's to refuse
            if returned or real_write:
                hand_on(status, headers, exc_info)
            else:
                held.append((status, headers, exc_info))
            return write

        try:
            result = app(environ, delayed)
        finally:
            used = _share(-1) - computed
        returned = True
        try:
            release(time.monotonic() if isinstance(result, list | tuple) else None)
        except BaseException:
            getattr(result, "close", lambda: None)()  # the server never gets this iterable, so it cannot close it
            raise
        return result

    return stamped
