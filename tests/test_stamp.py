"""The stamp says who served and when, and changes nothing else of what PEP 3333 asks of an application."""

import os
import sys
import threading
import time
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from labkit import stamp
from labkit.stamping import _ledgers


class Server:
    """A server of the strict kind: it writes down every call, and refuses what PEP 3333 tells it to refuse."""

    def __init__(self):
        self.calls, self.sent, self.headers_sent = [], [], False

    def start_response(self, status, headers, exc_info=None):
        if exc_info and self.headers_sent:
            raise exc_info[1]
        if self.calls and not exc_info:
            raise AssertionError("headers already set")
        self.calls.append((status, list(headers) if type(headers) is list else headers, exc_info))
        return self.write

    def write(self, data):
        self.headers_sent = True
        self.sent.append(data)

    def run(self, app):
        environ = {}
        setup_testing_defaults(environ)
        result = app(environ, self.start_response)
        try:
            for data in result:
                assert self.calls, "start_response was not called before the first block"
                self.write(data)
        finally:
            if hasattr(result, "close"):
                result.close()
        return dict(self.calls[-1][1])


def listed(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    time.sleep(0.01)
    return [b"hello"]


def generated(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"hello"


def test_a_list_is_stamped_with_who_and_when():
    before = time.monotonic()
    headers = Server().run(stamp(listed, version="2"))
    assert headers["X-Worker"] == str(os.getpid())
    assert headers["X-Version"] == "2"
    assert headers["X-Host"]
    entered, left = float(headers["X-Entered"]), float(headers["X-Left"])
    assert before - 1e-6 <= entered < left <= time.monotonic() + 1e-6
    assert left - entered >= 0.009  # the work that came after start_response lies between the two
    assert headers["Content-Type"] == "text/plain"


def test_computing_is_told_apart_from_waiting():
    def app(environ, start_response):
        until = time.thread_time() + 0.03
        while environ["works"] and time.thread_time() < until:
            pass
        time.sleep(0.03)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    shares = []
    for works in (True, False):
        headers = Server().run(lambda environ, start, works=works: stamp(app)({**environ, "works": works}, start))
        inside = float(headers["X-Left"]) - float(headers["X-Entered"])
        shares.append(float(headers["X-Cpu"]))
        assert 0 <= shares[-1] <= inside - 0.029, "the pause is no CPU time"
    assert shares[0] >= 0.03 > shares[1]


def test_requests_that_share_a_thread_share_its_cpu_time():
    outside = Server()

    def burn(seconds):
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass

    def outer(environ, start_response):
        burn(0.02)
        headers.append(outside.run(stamp(inner)))  # as a greenlet does: another request, before this one has left
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"outer"]

    def inner(environ, start_response):
        burn(0.04)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"inner"]

    headers = []
    headers.append(Server().run(stamp(outer)))
    second, first = (float(each["X-Cpu"]) for each in headers)
    assert 0.02 <= second < 0.03, "half of what was used while both were inside"
    assert 0.04 <= first < 0.05 and first + second >= 0.06


def test_an_application_that_raises_has_left():
    def failing(environ, start_response):
        raise ValueError("no tea")

    for _ in range(3):
        with pytest.raises(ValueError, match="no tea"):
            stamp(failing)({}, None)
    assert _ledgers[threading.get_native_id()][1] == 0


def test_no_version_no_header():
    assert "X-Version" not in Server().run(stamp(listed))


def test_a_generator_has_not_left_when_its_headers_go():
    server = Server()
    headers = server.run(stamp(generated))
    assert "X-Entered" in headers
    assert "X-Left" not in headers and "X-Cpu" not in headers
    assert server.sent == [b"hello"]


def test_write_sends_the_headers_first_and_keeps_the_order():
    def app(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"one")
        return [b"two"]

    server = Server()
    headers = server.run(stamp(app))
    assert server.sent == [b"one", b"two"]
    assert "X-Entered" in headers
    assert "X-Left" not in headers


def test_close_and_length_stay_with_the_iterable():
    class Body(list):
        closed = 0

        def close(self):
            self.closed += 1

    body = Body([b"hello"])

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    Server().run(stamp(app))
    assert body.closed == 1
    assert stamp(app)({}, Server().start_response) is body


def test_an_error_before_the_headers_went_replaces_them():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            raise KeyError("late")
        except KeyError:
            start_response("500 Oh", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"sorry"]

    server = Server()
    server.run(stamp(app))
    assert [status for status, _, _ in server.calls] == ["500 Oh"]


def test_an_error_after_the_first_block_is_raised_by_the_server():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"first"
        try:
            raise KeyError("late")
        except KeyError:
            start_response("500 Oh", [("Content-Type", "text/plain")], sys.exc_info())

    with pytest.raises(KeyError, match="late"):
        Server().run(stamp(app))


def test_a_second_call_without_exc_info_reaches_the_server():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        start_response("201 Created", [("Content-Type", "text/plain")])
        return [b""]

    with pytest.raises(AssertionError, match="already set"):
        Server().run(stamp(app))


def test_headers_of_the_wrong_type_reach_the_server_as_they_are():
    def app(environ, start_response):
        start_response("200 OK", (("Content-Type", "text/plain"),))
        return [b""]

    server = Server()
    server.run(stamp(app))
    assert type(server.calls[0][1]) is tuple


def test_a_body_that_the_server_never_gets_is_closed():
    closed = []

    class Body(list):
        def close(self):
            closed.append(True)

    def app(environ, start_response):
        start_response("nonsense", [])
        return Body()

    def refuse(status, headers):
        raise ValueError(status)

    with pytest.raises(ValueError, match="nonsense"):
        stamp(app)({}, refuse)
    assert closed == [True]


def test_the_validator_has_nothing_against_it():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return [b"hello"]

    server = Server()
    environ = {"QUERY_STRING": ""}
    setup_testing_defaults(environ)
    result = validator(stamp(validator(app)))(environ, server.start_response)
    assert list(result) == [b"hello"]
    result.close()


def test_requests_that_overlap_do_not_share_a_stamp():
    wrapped = stamp(generated)
    one, two = Server(), Server()
    first, second = wrapped({}, one.start_response), wrapped({}, two.start_response)
    assert [*second, *first] == [b"hello", b"hello"]
    assert len(one.calls) == len(two.calls) == 1
