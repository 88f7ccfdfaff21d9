"""Run an application under wsgiref: ``python run_wsgiref.py MODULE:NAME PORT``."""

import importlib
import os
import sys
from wsgiref.simple_server import make_server


def main(app: str, port: str) -> None:
    """Serve until ended, one request at a time."""
    sys.path[0] = os.getcwd()
    module, _, name = app.partition(":")
    application = getattr(importlib.import_module(module), name)
    if not callable(application):
        raise SystemExit(f"Application object must be callable: {app}")
    with make_server("127.0.0.1", int(port), application) as server:
        print(f"Listening at: http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
