import os


def from_environment(name, default):
    """A number from the environment; missing and empty are the same."""
    value = os.environ.get(name, "")
    return int(value) if value else default


workers = from_environment("SHOP_WORKERS", 2)
worker_class = "sync"  # which threads turn into gthread
threads = 4
timeout = 60
