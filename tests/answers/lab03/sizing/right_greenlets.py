"""Greenlets in the place of threads, in a class that knows the rule."""

import math
import os
from dataclasses import dataclass


@dataclass
class Platform:
    limit: int
    cpu: float
    wait: float
    memory: float
    each: float

    @property
    def at_once(self):
        return math.ceil(self.limit * (self.cpu + self.wait) / self.cpu / 1000)

    @property
    def fit(self):
        return int(min(self.at_once, self.memory // self.each)) or 1


def read(name, kind, default):
    return kind(os.getenv(name, default))


here = Platform(
    read("CPU_LIMIT", int, 1000), read("CPU_MS", float, 10), read("WAIT_MS", float, 10),
    read("MEMORY_LIMIT", float, "1e15"), read("WORKER_MEMORY", float, 1),
)  # fmt: skip
worker_class = "gevent"
workers = here.fit
worker_connections = math.ceil(here.at_once / workers)
