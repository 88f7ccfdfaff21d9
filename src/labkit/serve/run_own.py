"""Run a WSGI server of one's own: ``python run_own.py MODULE:FUNCTION MODULE:NAME PORT``."""

import importlib
import os
import socket
import sys


def load(name: str) -> object:
    """The object that ``module:name`` names."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def main(function: str, app: str, port: str) -> None:
    """Open a listening socket on 127.0.0.1 and hand it to the function, with the application."""
    sys.path[0] = os.getcwd()
    serve, application = load(function), load(app)
    with socket.create_server(("127.0.0.1", int(port)), backlog=128) as listener:
        print(f"Listening at: http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        serve(listener, application)


if __name__ == "__main__":
    main(*sys.argv[1:])
