"""Exact, with fractions; gthread whatever the number."""

from fractions import Fraction
from os import environ as env

millis = Fraction(env.get("CPU_LIMIT", 1000)) / 1000
cpu, wait = (Fraction(env.get(name, 10)) for name in ("CPU_MS", "WAIT_MS"))
once = max(1, -(-millis * (cpu + wait) // cpu))
room = int(env["MEMORY_LIMIT"]) // int(env["WORKER_MEMORY"]) if "MEMORY_LIMIT" in env else once
workers = max(1, min(once, room))
threads = -(-once // workers)
worker_class = "gthread"
