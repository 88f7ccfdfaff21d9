"""The bench runs what it says, counts what happened, refuses nonsense in words and leaves nothing behind."""

import contextlib
import os
import re
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

from labkit import bench
from labkit.trace import Request, Trace


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


# what is said about settings


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"workers": 0}, "workers must be a whole number from 1 to 20 (worker processes), not 0."),
        ({"workers": 2.5}, "not 2.5."),
        ({"threads": True}, "threads must be a whole number from 1 to 64"),
        ({"cpu_ms": -1}, "cpu_ms must be a number from 0 to 500"),
        ({"wait_ms": "100"}, "wait_ms must be a number from 0 to 2000 (milliseconds of waiting a request), not '100'."),
        ({"clients": 1000}, "clients must be a whole number from 1 to 200"),
        ({"rate": float("nan")}, "rate must be a number from 0.5 to 200"),
        ({"seconds": 60}, "seconds must be a number from 0.5 to 10"),
        ({"worker_class": "eventlet"}, "worker_class must be sync, gthread or gevent, not 'eventlet'."),
        ({"workers": 21, "seconds": 0}, "not 21. seconds must be"),
    ],
)
def test_what_is_out_of_range_is_refused_in_a_sentence(given, words):
    with pytest.raises(ValueError) as refused:
        bench.run(**given)
    assert words in str(refused.value)


def test_without_gevent_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install 'gunicorn\\[gevent\\]'"):
        bench.Settings(worker_class="gevent")


@pytest.mark.parametrize(
    ("given", "name", "note"),
    [
        ({"threads": 4}, "gthread 3 x 4", "gunicorn takes the class gthread instead"),
        ({"worker_class": "gevent", "threads": 8}, "gevent 3", "gevent does not use threads = 8"),
        ({"clients": 2}, "sync 3 x 1", "2 clients have at most 2 requests under way: fewer than 3 x 1"),
        ({"wait_ms": 0}, "sync 3 x 1", "shows how fast the client is"),
        ({}, "sync 3 x 1", ""),
    ],
)
def test_what_is_odd_about_a_combination_is_said(given, name, note):
    settings = bench.Settings(**given)
    assert settings.name == name
    assert note in " ".join(settings.notes())
    assert bool(note) == bool(settings.notes())


def test_sync_with_threads_is_run_and_called_what_gunicorn_makes_of_it():
    run = bench.run(workers=1, threads=4, wait_ms=100, clients=8, seconds=0.5)
    assert (run.name, run.overlap) == ("gthread 1 x 4", 4)
    assert "gunicorn takes the class gthread instead" in str(bench.table([run]))


def test_a_configuration_of_the_readers_own_has_no_say(tmp_path, monkeypatch):
    (tmp_path / "gunicorn.conf.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--threads 7")
    monkeypatch.setenv("WEB_CONCURRENCY", "5")
    assert bench.run(workers=1, wait_ms=20, clients=8, seconds=0.5).overlap == 1


# the table


def made_up(workers=3, rows=None, cores=0.42, **settings):
    rows = [Request("/", 0, 0, 0.5, 0.5, 200, worker=1, entered=0.1, left=0.4)] * 2 if rows is None else rows
    return bench.Run(bench.Settings(workers=workers, **settings), Trace(rows, "made up", "flood"), cores)


def test_the_table_has_a_row_for_each_run_and_a_text_twin():
    shown = bench.table([made_up(), made_up(5, worker_class="gthread", threads=2, rate=40, cpu_ms=3, cores=1.5)])
    assert str(shown) == repr(shown)
    assert str(shown).splitlines() == [
        "workers x threads  each request            load              answers/s  median  longest  overlap  cores used  failed",
        "sync 3 x 1         100 ms wait             12 clients, 2 s           4  500 ms   500 ms        2        0.42  0 of 2",
        "gthread 5 x 2      3 ms CPU + 100 ms wait  40 a second, 2 s          4  500 ms   500 ms        2        1.50  0 of 2",
    ]
    drawn = shown._repr_html_()
    assert drawn.count('<th scope="col"') == 9 and drawn.count('<th scope="row"') == 2
    assert re.sub(r"<[^>]+>", " ", drawn).split() == str(shown).split(), "the same words"
    assert "No run yet" in str(bench.table([])) and "No run yet" in bench.table([])._repr_html_()


def test_failures_are_told_with_their_reasons():
    lost = Request("/", 0, 0, None, 1, None, "the server <reset> the connection")
    shown = bench.table([made_up(rows=[lost, lost])])
    assert "2 of 2" in str(shown) and "not known" in str(shown)
    assert "sync 3 x 1: 2 x the server <reset> the connection." in str(shown)
    assert "<reset>" not in shown._repr_html_()


def test_a_crowded_machine_is_spoken_of_once_for_all_its_runs():
    calm, others = made_up(), 0.7 * psutil.cpu_count()
    crowded = [bench.Run(bench.Settings(workers=workers), calm.trace, 0.3, others) for workers in (1, 2, 2)]
    assert bench.table([calm]).notes == []
    (note,) = bench.table([*crowded, calm]).notes
    assert note.startswith("rows 1, 2, 3: Other programs kept this machine busy"), "two rows have one name"
    (note,) = bench.table([*crowded[:2], calm]).notes
    assert note.startswith("sync 1 x 1, sync 2 x 1: Other programs")


def test_what_others_used_is_neither_the_servers_nor_the_clients():
    run = bench.run(workers=1, cpu_ms=20, wait_ms=0, clients=2, seconds=0.5)
    assert 0 <= run.cores and 0 <= run.others <= 1.1 * psutil.cpu_count()


def test_a_run_shows_itself_as_its_row():
    assert str(made_up()) == str(bench.table([made_up()]))
    assert "<table" in made_up()._repr_html_()


# the panel


def test_the_panel_starts_nothing_by_itself_and_says_how_to_do_the_same_in_code():
    panel = bench.panel(workers=2, wait_ms=50)
    assert "run = bench.run(workers=2, worker_class='sync', threads=1, cpu_ms=0, wait_ms=50," in str(panel)
    assert panel._repr_mimebundle_()["text/plain"] == str(panel) == repr(panel)
    assert "application/vnd.jupyter.widget-view+json" in panel._repr_mimebundle_()
    assert panel.runs == [] and not at_work()


def test_without_ipywidgets_it_is_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # what makes its import fail
    panel = bench.panel()
    assert set(panel._repr_mimebundle_()) == {"text/plain"}
    assert "bench.run(" in str(panel)


def test_defaults_out_of_range_are_refused_in_words():
    panel = bench.panel(workers=99, worker_class="eventlet")
    assert "not 99. worker_class must be sync, gthread or gevent" in panel._status.value
    assert panel._settings() == bench.Settings()


def test_a_run_of_the_panel_ends_in_the_table_and_a_second_one_waits():
    panel = bench.panel(workers=2, clients=6, seconds=0.5)
    panel._run.click()
    panel._run.click()
    assert "A run is under way" in panel._status.value
    assert wait_until(lambda: panel.runs and panel._experiment is None, 60)
    assert [run.overlap for run in panel.runs] == [2]
    assert "Run 1 has ended. sync 2 x 1: at most 2 at once" in panel._status.value
    assert "<svg" in panel._picture.value and "sync 2 x 1" in panel._table.value


def test_stop_in_the_middle_ends_all_and_keeps_no_run():
    panel = bench.panel(seconds=10)
    panel._stop.click()
    assert "nothing to stop" in panel._status.value
    panel._run.click()
    assert wait_until(lambda: "under load" in panel._status.value, 60)
    panel._stop.click()
    assert wait_until(lambda: panel._experiment is None, 10)
    assert "Stopped" in panel._status.value and panel.runs == []


def test_stop_before_the_load_has_begun_counts_too():
    panel = bench.panel(seconds=10)
    panel._run.click()
    panel._stop.click()
    assert wait_until(lambda: panel._experiment is None, 30)
    assert "Stopped" in panel._status.value and panel.runs == []


def test_a_server_that_does_not_start_is_told_in_words(monkeypatch):
    monkeypatch.setattr("labkit.bench.experiment.APPLICATION", Path("/nowhere"))
    panel = bench.panel()
    panel._run.click()
    assert wait_until(lambda: panel._experiment is None, 30)
    assert "gunicorn did not start: there is no folder /nowhere" in panel._status.value


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's pidfd and child subreaper")
def test_a_kernel_killed_in_the_middle_of_a_run_takes_all_with_it(tmp_path):
    manager, client = start_new_kernel(cwd=str(tmp_path))
    try:
        kernel = psutil.Process(manager.provisioner.pid)
        client.execute("from labkit import bench\npanel = bench.panel(seconds=10)\npanel._run.click()")
        assert wait_until(lambda: len(gunicorns(kernel)) == 4, 60), "an arbiter and three workers"
        started = kernel.children(recursive=True)
        kernel.kill()
        assert wait_until(lambda: not any(process.is_running() for process in started))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def gunicorns(kernel):
    found = []
    for process in kernel.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [process] * ("gunicorn" in " ".join(process.cmdline()))
    return found
