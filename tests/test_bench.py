"""The bench runs what it says, counts what happened, refuses nonsense in words and leaves nothing behind."""

import threading
import time

import psutil
import pytest

from labkit import bench


@pytest.fixture(autouse=True)
def nothing_is_left():
    """Fails a test after which a server or a load still runs. The keeper, through which both start, may stay."""
    yield
    assert wait_until(lambda: not at_work()), f"left running: {at_work()}"


def at_work():
    """What was started by way of the keeper, and the threads of loads and panels."""
    own = psutil.Process()
    started = [p.pid for p in own.children(recursive=True) if p.ppid() != own.pid]
    return started + [t.name for t in threading.enumerate() if t.name.startswith("labkit")]


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_three_sync_workers_take_three_requests_at_once():
    run = bench.run(workers=3, wait_ms=100, clients=12, seconds=1)
    assert (run.name, run.overlap, run.failures) == ("sync 3 x 1", 3, 0)
    assert len(run.trace.by("worker")) == 3
    assert run.cores < 1


def test_one_worker_of_eight_threads_takes_eight():
    run = bench.run(workers=1, worker_class="gthread", threads=8, wait_ms=100, clients=12, seconds=1)
    assert (run.name, run.overlap, run.failures) == ("gthread 1 x 8", 8, 0)


def test_gevent_takes_all_who_wait_and_one_who_computes():
    waiting = bench.run(workers=1, worker_class="gevent", wait_ms=300, clients=24, seconds=1)
    computing = bench.run(workers=1, worker_class="gevent", cpu_ms=5, wait_ms=0, clients=6, seconds=0.5)
    assert (waiting.overlap, computing.overlap) == (24, 1)


def test_threads_that_compute_use_no_more_than_one_core():
    run = bench.run(workers=1, worker_class="gthread", threads=4, cpu_ms=50, wait_ms=0, clients=8, seconds=1)
    assert run.overlap == 4, "four are inside the application and take turns"
    assert 0 < run.cores < 1.25
    assert run.cores >= 0.8 * 0.05 * run.trace.summary().answers / run.trace.summary().seconds, (
        "CPU time is what is burnt"
    )


def test_a_rate_is_an_open_loop():
    run = bench.run(workers=2, worker_class="gthread", threads=4, wait_ms=10, rate=40, seconds=1)
    assert len(run.trace) == 40 and run.trace.mode == "steady"
    assert run.settings.load == "40 a second, 1 s"
