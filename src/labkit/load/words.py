"""What went wrong with a request, in words that name the cause and not our classes."""

import errno
from http.client import HTTPException

STOPPED = "not finished: the load was stopped"
NO_ANSWER = "the server closed the connection without an answer"
BROKEN_OFF = "the answer broke off before its end"


def in_plain_words(problem: BaseException, timeout: float, answered: bool) -> str:
    """Words for `problem`; `timeout` in seconds, `answered` says whether the headers had arrived."""
    import aiohttp

    number = getattr(problem, "errno", None)
    if isinstance(problem, TimeoutError) and number is None:
        return f"{'the answer was not complete' if answered else 'no answer'} within {timeout:g} s"
    if number == errno.ECONNREFUSED:
        return "connection refused: nothing listens at this address"
    if number in (errno.ECONNRESET, errno.EPIPE) or isinstance(problem, ConnectionResetError | BrokenPipeError):
        return "the server reset the connection" + (" in the middle of the answer" if answered else "")
    if number in (errno.EMFILE, errno.ENFILE):
        return "this machine allows no more open connections (see ulimit -n)"
    if number == errno.EADDRNOTAVAIL:
        return "this machine has no free port left for a new connection"
    if isinstance(problem, aiohttp.ServerDisconnectedError):
        return NO_ANSWER
    if isinstance(problem, aiohttp.ClientPayloadError):
        return BROKEN_OFF
    if isinstance(problem, aiohttp.ClientResponseError):
        first = (problem.message or "").strip().splitlines() or [""]
        return "the answer is not HTTP: " + first[0].rstrip(":")
    if isinstance(problem, HTTPException):
        return f"the answer is not HTTP: {type(problem).__name__} {problem}".strip()
    return f"{type(problem).__name__}: {problem}"
