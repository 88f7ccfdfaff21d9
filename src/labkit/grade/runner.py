"""Run code cells one after another and write down what each said. A program: ``python -I runner.py JOB.json``

It stands between the examiner and a kernel that may loop, die, print gigabytes or refuse to be interrupted. Every cell gets
a verdict, and as many of the others as possible still run:

- a cell that runs too long is interrupted; when that does not help, its kernel is killed and a new one goes on;
- a cell that ends its kernel (``os._exit``) is marked, and a new kernel goes on;
- outputs are cut at ``output_limit`` characters a cell, messages over ``message_limit`` bytes are never read;
- all cells together have ``total`` seconds.

``JOB.json`` is what :class:`labkit.grade.phase.Job` writes. One JSON line a cell goes to standard output as soon as it is
known: ``{"cell": index, "status": "ok" | "error" | "timeout" | "died" | "not run", "outputs": [...], "execution_count": n}``.
Only nbclient and the standard library are used, and the file is run by its path, so that nothing of a submission is imported.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

MESSAGE_OVERHEAD = 200
_SHOWN = {"stream", "display_data", "update_display_data", "execute_result", "error"}


def main(path: str) -> None:
    """Run the job and write its lines to what was standard output when this process started."""
    job = json.loads(Path(path).read_text())
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path += [folder for folder in job["last"] if folder not in sys.path]
    # nbformat imports jsonschema, which imports this when it is there and compiles 39 grammars: 2.5 s for a check of
    # addresses that no notebook needs. None makes the import fail, and jsonschema goes on without.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    asyncio.run(run(job, lambda line: print(json.dumps(line, default=str), file=report, flush=True)))


async def run(job: dict[str, Any], tell: Any) -> None:
    """Run the cells of ``job``; ``tell`` gets one dict a cell."""
    from nbformat.v4 import new_code_cell, new_notebook

    cells = [new_code_cell(cell["source"]) for cell in job["cells"]]
    notebook = new_notebook(cells=cells)
    until = monotonic() + job["total"]
    client: Any = None
    failures = 0
    for position, (index, cell) in enumerate(zip((c["index"] for c in job["cells"]), cells, strict=True)):
        outcome: dict[str, Any] = {}
        for _ in range(2):  # once more when the kernel was dead before it could begin this cell
            if monotonic() >= until:
                words = f"This cell was not run: all cells together have {job['total']:g} seconds."
                outcome = failed("not run", "ExaminationTimeout", words)
                break
            if failures >= 2:
                outcome = failed("not run", "NoKernel", "This cell was not run: the Python process did not start.")
                break
            if client is None:
                client, trouble = await start(job, notebook, position, min(job["startup_timeout"], until - monotonic()))
                if client is None:
                    failures += 1
                    outcome = failed(
                        "not run", "NoKernel", f"The Python process for this cell did not start: {trouble}"
                    )
                    continue
                failures = 0
                tell({"language_info": client.language_info})
            outcome = await one(client, cell, position, job, until)
            if outcome.pop("kernel lost", False):
                await stop(client, now=True)
                client = None
            if outcome["status"] != "died" or client is not None or outcome["begun"]:
                break
        outcome.pop("begun", None)
        tell({"cell": index, **outcome})
    if client is not None:
        await stop(client, now=job["trusted"])


async def start(job: dict[str, Any], notebook: Any, number: int, seconds: float) -> tuple[Any, str]:
    """A client of a new kernel, or None and the reason."""
    import zmq
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class Manager(AsyncKernelManager):
        """A manager of this job's own command: no kernelspec is looked up, a submission may have written one."""

        def client(self, **settings: Any) -> Any:
            """A client that never reads a message over the limit (ZMQ_MAXMSGSIZE drops the connection and makes a new one)."""
            made = super().client(**settings)
            made.context.setsockopt(zmq.MAXMSGSIZE, job["message_limit"])
            return made

        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(
                argv=[*job["command"], "-f", "{connection_file}"], language="python", display_name="Python 3"
            )

    scratch = Path(job["scratch"])
    connection = scratch / f"k{number}.json"
    manager = Manager(connection_file=str(connection), shutdown_wait_time=2.0)
    if os.name == "posix" and len(str(connection)) < 80:  # the address of a unix socket has at most 104 bytes
        manager.transport = "ipc"
    client = bounded_client()(notebook, km=manager, **client_settings(job))
    log = scratch / f"k{number}.log"
    try:
        with log.open("wb") as errors:
            await client.async_start_new_kernel(
                cwd=job["folder"], env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=errors
            )
            client.startup_timeout = max(1, int(seconds))
            await client.async_start_new_kernel_client()
            reply = await client.async_wait_for_reply(client.kc.kernel_info())
        client.language_info = reply["content"]["language_info"] if reply else {}
    except (RuntimeError, OSError) as error:
        return None, f"{error} {log.read_text(errors='replace')[-2000:] if log.exists() else ''}".strip()
    return client, ""


def client_settings(job: dict[str, Any]) -> dict[str, Any]:
    """nbclient's settings for a job."""
    return {
        "interrupt_on_timeout": job["interrupt_on_timeout"],
        "error_on_timeout": {"ename": "CellTimeoutError", "evalue": "", "traceback": []},
        "iopub_timeout": job["iopub_timeout"],
        "raise_on_iopub_timeout": True,
        "allow_errors": True,
        "store_widget_state": False,
        "record_timing": False,
        "coalesce_streams": False,  # nbclient's takes quadratic time for a long line; ours is joined()
        "skip_cells_with_tag": "never skipped",
        "room": job["output_limit"],
    }


def bounded_client() -> Any:
    """The client class, made when nbclient is known to be importable."""
    from nbclient import NotebookClient

    class BoundedClient(NotebookClient):
        """A NotebookClient that keeps a bounded amount of output and knows whether a cell began and how it ended."""

        def __init__(self, nb: Any, km: Any = None, *, room: int, **settings: Any) -> None:
            super().__init__(nb, km, **settings)
            self.limit = room
            self.language_info: dict[str, Any] = {}
            self.fresh(monotonic())
            self.timeout_func = lambda cell: self.seconds  # type: ignore[assignment]
            self.on_cell_executed = self.note_reply  # type: ignore[assignment]

        def fresh(self, seconds: float) -> None:
            """Forget the cell before; the next one has so many seconds."""
            self.seconds, self.room = seconds, self.limit
            self.begun = self.was_cut = False
            self.reply: dict[str, Any] | None = None

        def note_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
            """Keep the kernel's answer to a cell."""
            self.reply = execute_reply["content"]

        def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
            kind = msg["msg_type"]
            self.begun = self.begun or kind != "status" or msg["content"].get("execution_state") == "busy"
            if kind == "error":
                msg["content"] = shortened(msg["content"])
            elif kind in _SHOWN or kind.startswith("comm"):
                size = weight(msg["content"])
                if size > self.room:
                    self.cut(msg, cell)
                    return None
                self.room -= size
            return super().process_message(msg, cell, cell_index)

        def cut(self, msg: dict[str, Any], cell: Any) -> None:
            """Keep what fits of a text, say once that something is missing."""
            from nbformat.v4 import new_output

            if msg["msg_type"] == "stream" and self.room > 0:
                name, text = msg["content"]["name"], msg["content"]["text"][: self.room]
                cell.outputs.append(new_output("stream", name=name, text=text))
            self.room = 0
            if not self.was_cut:
                note = "\n... the examiner cut the output of this cell here ...\n"
                cell.outputs.append(new_output("stream", name="stdout", text=note))
            self.was_cut = True

    return BoundedClient


def weight(value: Any) -> int:
    """About how many characters a message's content takes in a notebook file."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return MESSAGE_OVERHEAD + sum(weight(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return sum(weight(part) for part in value)
    return 8


def shortened(error: dict[str, Any], limit: int = 20_000) -> dict[str, Any]:
    """An error's content with each of its texts cut: an error is never dropped, because it is the verdict."""
    lines = [str(line)[:limit] for line in error.get("traceback", [])]
    if sum(map(len, lines)) > 10 * limit:
        lines = [*lines[:4], "... the examiner cut the traceback here ...", *lines[-4:]]
    return {"ename": str(error.get("ename"))[:200], "evalue": str(error.get("evalue"))[:limit], "traceback": lines}


async def one(client: Any, cell: Any, position: int, job: dict[str, Any], until: float) -> dict[str, Any]:
    """Run one cell; its outcome, with ``begun``, and ``kernel lost`` when a new kernel is needed."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    own = job["timeout"]
    left = until - monotonic()
    client.fresh(max(0.1, left if own is None or own <= 0 else min(own, left)))
    cell.outputs = []
    lost = False
    outcome: dict[str, Any]
    try:
        await client.async_execute_cell(cell, position)
    except DeadKernelError:
        lost = True
        outcome = failed(
            "died",
            "KernelDied",
            "This cell ended the Python process that it ran in (os._exit, a crash, or too much memory). "
            "The cells after it run in a new process and do not know its names.",
        )
    except CellTimeoutError:
        lost = True
        outcome = failed(
            "timeout",
            "CellTimeoutError",
            f"This cell ran longer than {client.seconds:g} seconds and could not be interrupted, so its Python process was "
            "ended. The cells after it run in a new process and do not know its names.",
        )
    else:
        reply = client.reply or {"status": "ok" if not cell.source.strip() else "error"}
        if reply.get("ename") == "CellTimeoutError" and reply.get("traceback") == []:
            words = f"This cell ran longer than {client.seconds:g} seconds and was interrupted."
            outcome = failed("timeout", "CellTimeoutError", words)
        elif reply["status"] == "ok":
            outcome = {"status": "ok", "outputs": []}
        else:
            shown = any(output["output_type"] == "error" for output in cell.outputs)
            short = shortened(reply)
            outcome = failed("error", short["ename"], short["evalue"], short["traceback"])
            if shown:
                outcome["outputs"] = []
    outcome["outputs"] = joined([*cell.outputs, *outcome["outputs"]])
    outcome["execution_count"] = cell.get("execution_count")
    outcome["begun"] = client.begun
    outcome["kernel lost"] = lost
    return outcome


def joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs with neighbouring pieces of one stream made one."""
    result: list[dict[str, Any]] = []
    texts: list[str] = []
    for output in outputs:
        if output["output_type"] != "stream":
            result.append(dict(output))
        elif result and result[-1]["output_type"] == "stream" and result[-1]["name"] == output["name"]:
            texts.append(output["text"])
            continue
        else:
            result.append(dict(output))
        if len(result) > 1 and texts:
            result[-2]["text"] = "".join(texts)
        texts = [output["text"]] if output["output_type"] == "stream" else []
    if texts:
        result[-1]["text"] = "".join(texts)
    return result


def failed(status: str, ename: str, words: str, traceback: list[str] | None = None) -> dict[str, Any]:
    """The outcome of a cell that did not end well, with an error output that a reader understands."""
    lines = traceback or [f"\x1b[0;31m{ename}\x1b[0m: {words}"]
    error = {"output_type": "error", "ename": ename, "evalue": words, "traceback": lines}
    return {"status": status, "outputs": [error], "execution_count": None}


async def stop(client: Any, now: bool) -> None:
    """End the client's kernel: at once, or after a polite request (so that open files are written)."""
    if client.kc is not None:
        client.kc.stop_channels()
    await client.km.shutdown_kernel(now=now)


if __name__ == "__main__":
    main(sys.argv[1])
