"""Loads send what they planned, count from the plan, and turn every failure into a row."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from labkit import load, serve
from labkit.load.fast import read_stamps

APP = """
    import os, time
    from labkit import stamp

    asked = 0

    def plain(environ, start_response):
        global asked
        asked += 1
        query = dict(pair.split("=") for pair in environ["QUERY_STRING"].split("&") if pair)
        if "first" in query and asked == 1:
            time.sleep(float(query["first"]))
        time.sleep(float(query.get("s", 0)))
        if "die" in query:
            os._exit(1)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(query.get("status", "200") + " Words", [("Content-Type", "text/plain")])
        return [body or b"hello"]

    app = stamp(plain, version="1")
"""


@pytest.fixture
def serving(tmp_path):
    (tmp_path / "shop.py").write_text(textwrap.dedent(APP))
    with contextlib.ExitStack() as stack:
        yield lambda app="shop:app", **settings: stack.enter_context(serve.Gunicorn(app, cwd=tmp_path, **settings))


@pytest.fixture
def listening():
    """Start a server of a few lines, `talk(connection, number)` for each connection; gives its address."""
    sockets = []

    def start(talk):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        sockets.append(listener)

        def accept():
            number = 0
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    number += 1
                    threading.Thread(target=one, args=(connection, number), daemon=True).start()

        def one(connection, number):
            with contextlib.suppress(OSError), connection:
                talk(connection, number)

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in sockets:
        listener.close()


def errors(trace):
    return {row.error for row in trace}


# open and closed loop


def test_steady_sends_every_request_at_its_moment_and_reads_the_stamps(serving):
    server = serving(workers=2)
    trace = load.steady(server.url + "/buy?s=0.01", rate=40, seconds=0.5)
    assert [row.planned for row in trace] == pytest.approx([n / 40 for n in range(20)])
    assert all(row.planned <= row.sent <= row.first_byte <= row.done for row in trace)
    assert trace.summary().failures == 0
    assert set(trace.by("worker")) <= set(server.workers())
    assert all(row.sent <= row.entered < row.left <= row.done for row in trace)
    row = trace.rows[0]
    assert (row.status, row.version, row.size, row.target) == (200, "1", 5, "/buy?s=0.01")
    assert row.host == socket.gethostname()


def test_a_stall_shows_its_queue_in_steady_and_hides_in_a_closed_loop(serving):
    """Coordinated omission: of 20 requests the first takes a second."""
    waited = load.steady(serving().url + "/?first=1", rate=20, seconds=1)
    asked_in_turn = load.flood(serving().url + "/?first=1", clients=1, requests=20)
    assert len(waited) == len(asked_in_turn) == 20

    def held_up(trace):
        longest = max(row.latency for row in trace)
        return sum(row.latency > longest / 2 for row in trace)

    assert held_up(asked_in_turn) == 1
    assert held_up(waited) >= 7  # those that were planned for the first half second waited for the other half
    # and none of them was held back by the client
    stalled = waited.rows[0]
    assert all(row.sent < stalled.done for row in waited if row.planned < 0.5)


@pytest.mark.parametrize(("settings", "most"), [({"workers": 2}, 2), ({"worker_class": "gthread", "threads": 4}, 4)])
def test_overlap_is_workers_times_threads(serving, settings, most):
    trace = load.flood(serving(**settings).url + "/?s=0.1", clients=12, requests=24)
    assert trace.overlap() == most
    assert trace.summary().failures == 0


def test_flood_sends_the_number_it_was_told(serving):
    trace = load.flood(serving().url, clients=3, requests=10)
    assert len(trace) == 10
    assert trace.mode == "flood"
    assert all(row.planned <= row.sent for row in trace)


def test_flood_for_a_time_finishes_what_is_under_way(serving):
    trace = load.flood(serving().url + "/?s=0.2", clients=1, seconds=0.3)
    assert errors(trace) == {None}
    assert max(row.planned for row in trace) < 0.3 < max(row.done for row in trace)


def test_body_method_and_headers_are_sent(serving):
    trace = load.steady(
        serving().url,
        rate=1,
        seconds=1,
        method="post",
        body=b"four words of text",
        headers={"Content-Type": "text/plain"},
    )
    assert trace.rows[0].size == len(b"four words of text")


def test_keep_alive_uses_connections_again_and_the_default_does_not(listening):
    connections = []

    def talk(connection, number):
        connections.append(number)
        while connection.recv(4096):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    url = listening(talk)
    load.flood(url, clients=1, requests=5, keep_alive=True)
    assert len(connections) == 1
    connections.clear()
    load.flood(url, clients=1, requests=5)
    assert len(connections) == 5


# failures are rows


def test_nothing_listens(listening):
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    trace = load.steady(f"http://127.0.0.1:{port}", rate=10, seconds=0.3)
    assert errors(trace) == {"connection refused: nothing listens at this address"}
    assert [row.status for row in trace] == [None] * 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "the server closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "the answer broke off before its end"),
        (b"good day\r\n\r\n", "the answer is not HTTP"),
    ],
)
def test_bad_answers_are_told_in_words(listening, answer, error):
    def talk(connection, number):
        connection.recv(4096)
        connection.sendall(answer)

    (row,) = load.steady(listening(talk), rate=1, seconds=1)
    assert row.error.startswith(error)
    assert row.failed


def test_a_reset_is_told_in_words(listening):
    def talk(connection, number):
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    (row,) = load.steady(listening(talk), rate=1, seconds=1)
    assert row.error.startswith("the server reset the connection")


def test_silence_ends_with_the_timeout(listening):
    began = time.monotonic()
    trace = load.steady(
        listening(lambda connection, number: connection.recv(1) and time.sleep(5)),
        rate=10,
        seconds=0.3,
        timeout=0.3,
    )
    assert errors(trace) == {"no answer within 0.3 s"}
    assert time.monotonic() - began < 4


def test_an_answer_without_end_ends_with_the_timeout(listening):
    def talk(connection, number):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"more")
            time.sleep(0.02)

    (row,) = load.steady(listening(talk), rate=1, seconds=1, timeout=0.3)
    assert row.error == "the answer was not complete within 0.3 s"
    assert row.status == 200
    assert row.size > 0


def test_a_status_of_500_is_a_failure_with_its_status(serving):
    trace = load.steady(serving().url + "/?status=500", rate=5, seconds=0.4)
    assert [(row.status, row.failed, row.error) for row in trace] == [(500, True, None)] * 2


def test_a_request_that_was_lost_is_not_sent_again_in_secret(listening):
    """aiohttp would send it a second time on a new connection and hide what a killed worker lost."""
    asked = []

    def talk(connection, number):
        for again in range(2):
            if not connection.recv(4096):
                return
            asked.append(number)
            if again:
                return  # the second request on a kept connection is lost
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    trace = load.flood(listening(talk), clients=1, requests=2, keep_alive=True)
    assert [row.failed for row in trace] == [False, True]
    assert asked == [1, 1]


def test_a_dying_worker_loses_the_request_and_no_other(serving):
    server = serving(workers=2)
    with load.background(load.steady, server.url + "/?s=0.02", rate=20, seconds=1) as others:
        time.sleep(0.2)
        others.mark("die")
        lost = load.steady(server.url + "/?die=1", rate=1, seconds=1)
    assert [row.failed for row in lost] == [True]
    assert others.trace.summary().failures == 0
    assert [label for _, label in others.trace.marks] == ["die"]


# slow clients


@pytest.mark.parametrize("part", ["headers", "body"])
def test_slow_clients_hold_every_sync_worker_and_no_thread_too_many(serving, part):
    def probes(**settings):
        url = serving(**settings).url
        with load.background(load.trickle, url, clients=4, part=part, seconds=20) as slow:
            answers = load.steady(url, rate=5, seconds=0.6, timeout=2)
        assert len(slow.trace) == 4
        return [row.failed for row in answers]

    assert probes(workers=2) == [True] * 3
    assert probes(worker_class="gthread", threads=12) == [False] * 3


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_slow_client_gets_its_answer_in_the_end(serving, part):
    trace = load.trickle(serving().url, clients=1, seconds=0.5, part=part, piece=3)
    (row,) = trace
    assert (row.status, row.error, trace.mode) == (200, None, "trickle")
    assert row.done > 0.3  # it did take its time
    assert row.worker is not None
    if part == "body":
        assert row.size == 15  # 5 pieces of 3 bytes came back


def test_a_slow_client_notices_that_it_is_turned_away(listening):
    def talk(connection, number):
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 408 Too Slow\r\nContent-Length: 0\r\n\r\n")

    (row,) = load.trickle(listening(talk), clients=1, seconds=20)
    assert row.status == 408
    assert row.done < 10


def test_one_idle_connection_blocks_a_sync_worker_and_no_thread(serving):
    def answered(**settings):
        url = serving(**settings).url
        with load.background(load.idle, url, connections=1, seconds=20):
            (row,) = load.steady(url, rate=1, seconds=1, timeout=2)
        return not row.failed

    assert not answered(workers=1)
    assert answered(worker_class="gthread", threads=2)


def test_idle_holds_its_connections_and_says_when_the_server_ends_them(serving, listening):
    held = load.idle(listening(lambda connection, number: connection.recv(1)), connections=3, seconds=0.3)
    assert [(row.error, row.status) for row in held] == [(None, None)] * 3
    assert "3, held for" in str(held)
    kept = load.idle(
        serving(worker_class="gthread", threads=2, keep_alive=1).url,
        connections=1,
        seconds=20,
        ask_first=True,
    )
    assert kept.rows[0].status == 200
    assert kept.rows[0].error.startswith("the server closed the connection after")


# bounds, interruptions, surroundings


@pytest.mark.parametrize("url", ["http://example.org/", "http://10.0.0.1/", "http://[2001:db8::1]/", "http://0.0.0.0/"])
@pytest.mark.parametrize("kind", [load.steady, load.flood, load.trickle, load.idle])
def test_other_machines_are_refused(kind, url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("93.184.216.34", 0))])
    more = {load.steady: (1, 1), load.flood: (1, 1), load.trickle: (1,), load.idle: (1,)}[kind]
    with pytest.raises(ValueError, match="another machine"):
        kind(url, *more)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: load.steady("127.0.0.1:80", 1, 1), "must look like http://"),
        (lambda: load.steady("https://127.0.0.1", 1, 1), "must look like http://"),
        (lambda: load.steady(b"http://127.0.0.1", 1, 1), "must be text"),
        (lambda: load.steady("http://127.0.0.1/a b", 1, 1), "percent-encoded"),
        (lambda: load.steady("http://127.0.0.1", 0, 1), "rate must be a number above 0"),
        (lambda: load.steady("http://127.0.0.1", "20", 1), "rate must be a number"),
        (lambda: load.steady("http://127.0.0.1", 1, -1), "seconds must be"),
        (lambda: load.steady("http://127.0.0.1", 1, float("inf")), "seconds must be"),
        (lambda: load.steady("http://127.0.0.1", 1, 1, timeout=0), "timeout must be"),
        (lambda: load.steady("http://127.0.0.1", 1, 1, body="text"), "body must be bytes"),
        (lambda: load.steady("http://127.0.0.1", 1, 1, method="GET /"), "method must be a word"),
        (lambda: load.flood("http://127.0.0.1", 4), "needs an end"),
        (lambda: load.flood("http://127.0.0.1", 0, 1), "clients must be a whole number"),
        (lambda: load.flood("http://127.0.0.1", 2.5, 1), "clients must be a whole number"),
        (lambda: load.flood("http://127.0.0.1", 1, requests=0), "requests must be"),
        (lambda: load.trickle("http://127.0.0.1", 1, part="feet"), "'headers' or 'body'"),
        (lambda: load.trickle("http://127.0.0.1", 1, piece=0), "piece must be"),
        (lambda: load.idle("http://127.0.0.1", 0), "connections must be"),
        (lambda: load.background(print), "runs one of"),
    ],
)
def test_arguments_without_sense_are_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_localhost_is_this_machine(serving):
    trace = load.steady(f"http://localhost:{serving().port}/", rate=2, seconds=1)
    assert trace.summary().failures == 0


def test_it_works_where_a_loop_is_running(serving):
    url = serving().url

    async def as_in_jupyter():
        return load.steady(url, rate=10, seconds=0.3)

    assert asyncio.run(as_in_jupyter()).summary().failures == 0


def test_a_background_load_can_be_stopped_and_an_error_in_the_block_stops_it(serving):
    url = serving().url
    began = time.monotonic()
    with load.background(load.steady, url, rate=10, seconds=60) as running:
        time.sleep(0.3)
        running.stop()
    assert 0 < len(running.trace) < 30
    with pytest.raises(KeyError), load.background(load.steady, url, rate=10, seconds=60):
        raise KeyError
    with load.background(load.steady, url + "/?s=5", rate=5, seconds=60) as running:
        time.sleep(0.5)
        running.stop()
    assert errors(running.trace) == {"not finished: the load was stopped"}
    assert time.monotonic() - began < 30


def test_a_background_load_outside_of_its_block_says_so():
    running = load.background(load.idle, "http://127.0.0.1:1", connections=1)
    with pytest.raises(RuntimeError, match="inside its block"):
        running.mark("x")


def test_the_stop_button_ends_a_load_and_leaves_nothing_on_stderr_but_itself(listening):
    asked = threading.Event()
    url = listening(lambda connection, number: connection.recv(1) and (asked.set() or time.sleep(60)))
    code = f"""
        from labkit import load
        print("ready", flush=True)
        try:
            load.steady({url!r}, rate=50, seconds=60, timeout=60)
        except KeyboardInterrupt:
            print("interrupted")
    """
    process = python(code)
    assert process.stdout.readline() == "ready\n"
    assert asked.wait(60), "the load is on"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out.strip(), err, process.returncode) == ("interrupted", "", 0)


def test_no_load_writes_to_stderr(serving, listening):
    """nbgrader gives no points to a cell that wrote there."""
    good, bad = serving().url, listening(lambda connection, number: connection.recv(9) and None)
    code = f"""
        from labkit import load
        for url in ({good!r}, {bad!r}, "http://127.0.0.1:1"):
            load.steady(url, rate=30, seconds=1.2)
            load.flood(url, clients=4, seconds=0.3)
            load.trickle(url, clients=2, seconds=0.3)
            load.idle(url, connections=2, seconds=0.3)
            with load.background(load.steady, url, rate=20, seconds=60) as running:
                running.stop()
    """
    process = python(code)
    out, err = process.communicate(timeout=60)
    assert (err, out, process.returncode) == ("", "", 0)


def python(code):
    return subprocess.Popen(
        [sys.executable, "-W", "default", "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("told", "known"), [("0.25", 0.25), ("9", 0.5), ("-1", 0.0), ("much", None), (None, None)])
def test_cpu_time_is_read_and_is_never_longer_than_the_stay(told, known):
    stamps = {"X-Worker": "7", "X-Entered": "100.5", "X-Left": "101.0", **({"X-Cpu": told} if told else {})}
    row = read_stamps(stamps, began=100.0, sent=0.4, done=1.2)
    assert (row["entered"], row["left"], row["cpu"]) == (pytest.approx(0.5), pytest.approx(1.0), known)
