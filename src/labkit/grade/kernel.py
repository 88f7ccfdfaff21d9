"""The first lines of an examination's kernel. A program: ``python kernel.py SETTINGS -f CONNECTION_FILE ...``

An ordinary IPython kernel, except that

- no start-up file and no IPython configuration is read, from whatever folder;
- what a cell prints is cut after ``output_limit`` characters, before it takes memory;
- a *trusted* kernel (the one that runs graded cells, started with ``python -I``) imports nothing from the current folder,
  and takes the kit from the examiner's own copy.

``SETTINGS`` is JSON: ``{"trusted": bool, "paths": [folder, ...], "last": [folder, ...], "output_limit": int}``; ``paths`` go to
the front of ``sys.path``, ``last`` to its end when they are missing. This file is run by its path and imports nothing of the kit.
"""

import json
import os
import sys
from types import ModuleType
from typing import Any

CUT = "\n... the examiner cut the output of this cell here ...\n"


def launch(settings: dict[str, Any], arguments: list[str]) -> None:
    """Start the kernel and serve until it is told to stop."""
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder of this file
    sys.path[:0] = settings["paths"]
    sys.path += [folder for folder in settings["last"] if folder not in sys.path]

    from ipykernel.iostream import OutStream
    from ipykernel.kernelapp import IPKernelApp

    limit: int = settings["output_limit"]
    room = [limit]

    class BoundedStream(OutStream):
        """A stream that takes ``output_limit`` characters from each cell and drops the rest."""

        def write(self, string: str) -> int | None:  # type: ignore[override]
            if not isinstance(string, str) or len(string) <= room[0]:
                room[0] -= len(string) if isinstance(string, str) else 0
                return super().write(string)
            if room[0] > 0:
                kept, room[0] = string[: room[0]], 0
                super().write(kept + CUT)
            return len(string)

    class Kernel(IPKernelApp):
        """IPKernelApp without configuration and start-up files."""

        name = "ipython-kernel"

        def load_config_file(self, *args: Any, **kwargs: Any) -> None:
            """Read no configuration."""

        def _run_startup_files(self) -> None:
            """Run no start-up files."""

    def refill(*_: Any) -> None:
        room[0] = limit

    home = ModuleType("labkit_examiner_kernel")  # ipykernel takes the class by its dotted name
    home.BoundedStream = BoundedStream  # type: ignore[attr-defined]
    sys.modules[home.__name__] = home
    app = Kernel.instance(outstream_class=f"{home.__name__}.BoundedStream", ignore_cwd=settings["trusted"])
    app.initialize(arguments)
    if app.shell is not None:
        app.shell.events.register("pre_run_cell", refill)
    app.start()


if __name__ == "__main__":
    os.environ.pop("PYTHONSTARTUP", None)
    launch(json.loads(sys.argv[1]), sys.argv[2:])
