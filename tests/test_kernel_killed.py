"""A kernel killed in the middle of an experiment takes everything of the experiment with it."""

import textwrap
import time
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

SHOP = """
import subprocess, time
subprocess.Popen(["sleep", "603"], start_new_session=True)
def app(environ, start_response):
    time.sleep(0.05)
    start_response("200 OK", [])
    return [b"hello"]
"""
EXPERIMENT = """
    from labkit import load, scratch, serve
    folder = scratch("03")
    (folder / "shop.py").write_text(SHOP)
    with serve.Gunicorn("shop:app", workers=3) as server:
        print(folder, server.port, flush=True)
        load.flood(server.url, clients=6, seconds=60)
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "pidfd_open"), reason="needs Linux's pidfd and child subreaper")
def test_a_second_after_kill_9_nothing_of_the_experiment_is_left(tmp_path):
    manager, client = start_new_kernel(cwd=str(tmp_path))
    try:
        kernel = psutil.Process(manager.provisioner.pid)
        client.execute(f"SHOP = {SHOP!r}\n{textwrap.dedent(EXPERIMENT)}")
        folder, port = printed(client).split()
        assert wait_until(lambda: answers_flow(int(port))), "the load is on"
        started = kernel.children(recursive=True)
        assert sum("gunicorn" in " ".join(p.cmdline()) for p in started) == 4, "an arbiter and three workers"
        assert [p for p in started if p.cmdline() == ["sleep", "603"]], "and what the workers started"
        kernel.kill()
        assert wait_until(lambda: not any(p.is_running() for p in started) and not Path(folder).exists())
        assert not answers_flow(int(port))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def printed(client, seconds=60):
    """What the cell prints first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        message = client.get_iopub_msg(timeout=seconds)
        if message["msg_type"] == "stream":
            return message["content"]["text"]
        assert message["msg_type"] != "error", "\n".join(message["content"]["traceback"])
    raise AssertionError("the kernel printed nothing")


def answers_flow(port):
    """Whether clients are connected to the port."""
    return any(
        c.laddr.port == port and c.status == psutil.CONN_ESTABLISHED for c in psutil.net_connections("tcp4") if c.laddr
    )


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()
