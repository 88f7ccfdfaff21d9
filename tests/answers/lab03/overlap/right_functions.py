"""The kind of worker follows from the threads: gunicorn makes gthread of sync when there is more than one."""

from os import environ


def count(name: str, default: int) -> int:
    return int(environ[name]) if name in environ else default


workers: int = count("WEB_PROCESSES", 2)
threads: int = max(1, count("WEB_SLOTS", workers) // workers)
preload_app = True
