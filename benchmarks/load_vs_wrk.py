"""How much of a server the kit's own load sees: `load.flood` beside wrk on the same gunicorn, in turns.

wrk is written in C and keeps no row for a request. Where the handler takes 10 ms the server sets the pace
for both.
"""

import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from labkit import load, serve

CLIENTS = 16
SECONDS = 1  # wrk takes whole seconds
FLOOD_SECONDS = 0.7
ROUNDS = 3
SERVERS = {"sync x 2": {"workers": 2}, "gthread 1 x 8": {"worker_class": "gthread", "threads": 8}}
HANDLERS = {"hello": "/", "10 ms": "/?ms=10"}
APP = """
import time


def app(environ, start_response):
    query = environ["QUERY_STRING"]
    if query.startswith("ms="):
        time.sleep(int(query[3:]) / 1000)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]
"""


def by_wrk(url: str) -> float:
    """Requests a second that wrk sees, with one thread and CLIENTS connections."""
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"wrk gave no rate:\n{said}")
    return float(found[1])


def by_flood(url: str) -> float:
    """Answers a second that `load.flood` sees, with as many clients, which keep connections as wrk does."""
    summary = load.flood(url, CLIENTS, FLOOD_SECONDS, keep_alive=True).summary()
    if summary.failures:
        raise RuntimeError(f"flood lost requests, so the rates cannot be compared:\n{summary}")
    return summary.throughput


def main() -> int:
    """Print the table. Returns 0: these are figures to read, not a bound to keep."""
    print(f"load.flood beside wrk: {CLIENTS} clients, median of {ROUNDS} turns")
    if shutil.which("wrk") is None:
        print("  not run: wrk is not installed (Debian: apt-get install wrk)")
        return 0
    print(f"  {'server':<16}{'handler':<10}{'wrk/s':>8}{'flood/s':>10}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bench.py").write_text(APP)
        for server_name, settings in SERVERS.items():
            with serve.Gunicorn("bench:app", cwd=folder, **settings) as server:
                for handler, path in HANDLERS.items():
                    turns = [(by_wrk(server.url + path), by_flood(server.url + path)) for _ in range(ROUNDS)]
                    wrk, flood = (statistics.median(rates) for rates in zip(*turns, strict=True))
                    ratio = statistics.median(flood / wrk for wrk, flood in turns)
                    row = f"  {server_name:<16}{handler:<10}{wrk:>8.0f}{flood:>10.0f}{ratio:>8.2f}"
                    print(row, flush=True)
    return 0


if __name__ == "__main__":
    main()
