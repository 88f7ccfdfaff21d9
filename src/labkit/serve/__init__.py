"""Start a real server program, wait until it answers, stop it with everything it started.

with serve.Gunicorn("shop:app", workers=3) as server:
    print(server.url, server.pid, server.workers())
"""

from .measure import Memory, cpu_seconds, memory
from .process import Keeper, Server, ServerError, Session, clean, explain_log
from .servers import Gunicorn, OwnServer, Uwsgi, Waitress, Wsgiref
from .tree import Life, Member, Tree, Watched, tree, watch

__all__ = [
    "Gunicorn",
    "Keeper",
    "Life",
    "Member",
    "Memory",
    "OwnServer",
    "Server",
    "ServerError",
    "Session",
    "Tree",
    "Uwsgi",
    "Waitress",
    "Watched",
    "Wsgiref",
    "clean",
    "cpu_seconds",
    "explain_log",
    "memory",
    "tree",
    "watch",
]
