"""labkit.wire keeps every byte and says in words what is not HTTP."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from labkit import wire


@contextmanager
def stub(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A one-connection server on 127.0.0.1; ``serve`` gets the accepted socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(10)
            with suppress(OSError):
                serve(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(10)


def replying(answer: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return serve


def ask(answer: bytes, method: str = "GET") -> wire.Answer:
    with stub(replying(answer)) as url:
        return wire.exchange(url, method)


def test_it_sends_host_connection_and_length_and_nothing_else():
    seen = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    with stub(serve) as url:
        wire.exchange(url + "/a%20b?x=1", "POST", headers=[("X-A", "caf\xe9")], body=b"12345")
    host = url.removeprefix("http://").encode()
    assert seen[0] == (
        b"POST /a%20b?x=1 HTTP/1.1\r\nHost: " + host + b"\r\nX-A: caf\xe9\r\nConnection: close\r\n"
        b"Content-Length: 5\r\n\r\n12345"
    )


def test_headers_that_the_caller_names_are_not_added_again():
    seen = []

    def serve(connection: socket.socket) -> None:
        seen.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with stub(serve) as url:
        wire.exchange(
            url,
            "POST",
            target="*",
            headers=[("host", "x"), ("connection", "keep-alive"), ("content-length", "9")],
            body=b"1",
            version="HTTP/1.0",
        )
    assert seen[0] == b"POST * HTTP/1.0\r\nhost: x\r\nconnection: keep-alive\r\ncontent-length: 9\r\n\r\n1"


def test_a_body_with_a_length():
    answer = ask(b"HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhi")
    assert (answer.status, answer.reason, answer.version) == (200, "Fine", "HTTP/1.1")
    assert (answer.framing, answer.body, answer.complete, answer.extra) == ("length", b"hi", True, b"")
    assert answer.header("X-a") == "1" and answer.all("X-A") == ["1", "2"] and answer.header("Nope") is None
    assert answer.raw.endswith(b"\r\n\r\nhi") and answer.closed


def test_bytes_after_the_body_are_kept_apart():
    answer = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there")
    assert (answer.body, answer.extra, answer.complete) == (b"hi", b" there", True)


def test_a_body_that_ends_early_is_incomplete():
    answer = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi")
    assert (answer.body, answer.complete) == (b"hi", False)
    assert answer.why == "the connection ended after 2 of 10 bytes"


def test_chunks_are_decoded_and_kept():
    answer = ask(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
    )
    assert (answer.framing, answer.chunks, answer.body) == (
        "chunked",
        [b"abc", b"0123456789"],
        b"abc0123456789",
    )
    assert answer.complete and answer.extra == b""


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        (b"3\r\nabc\r\n", "before the last chunk"),
        (b"5\r\nabc", "inside a chunk (3 of 5 bytes)"),
        (b"3\r\nabc", "before its CR LF"),
        (b"3\r\nabc\r\n0\r\n", "before the empty line"),
    ],
)
def test_chunks_that_end_early_are_incomplete(tail, why):
    answer = ask(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + tail)
    assert answer.body == b"abc" and not answer.complete and why in answer.why


def test_a_body_that_ends_with_the_connection():
    answer = ask(b"HTTP/1.0 200 OK\r\n\r\nhi")
    assert (answer.framing, answer.body, answer.complete, answer.version) == (
        "close",
        b"hi",
        True,
        "HTTP/1.0",
    )


@pytest.mark.parametrize(("method", "status"), [("HEAD", b"200 OK"), ("GET", b"204 No Content"), ("GET", b"304 Same")])
def test_answers_that_have_no_body_show_a_body_as_extra(method, status):
    answer = ask(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nhi", method)
    assert (answer.framing, answer.body, answer.extra) == ("none", b"", b"hi")


def test_interim_answers_are_counted_not_returned():
    answer = ask(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert (answer.interim, answer.status) == ([100], 200)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"HTTP/1.1 None\r\nServer: x\r\n\r\n", "status line is b'HTTP/1.1 None'"),
        (b"hello\r\n\r\n", "status line"),
        (b"HTTP/1.1 200 OK\nX: 1\n\nhi", "LF alone"),
        (b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n", "no header line"),
        (b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", "no header line"),
        (b"HTTP/1.1 200 OK\r\nX: a\nb\r\n\r\n", "control character"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n", "digits only"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "disagree: 1, 2"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n", "no chunk size"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", "instead of CR LF"),
        (b"HTTP/1.1 200 OK\r\nContent", "ended inside the head"),
    ],
)
def test_what_is_not_http_is_said_in_words(raw, words):
    with pytest.raises(wire.WireError, match="."):
        try:
            ask(raw)
        except wire.WireError as error:
            assert words in str(error) and error.raw == raw and not isinstance(error, wire.NoAnswer)
            raise


def test_silence_raises_no_answer():
    release = threading.Event()
    with stub(lambda connection: release.wait(10) and None) as url:
        with pytest.raises(wire.NoAnswer, match="no byte came back within 0.1 s"):
            wire.exchange(url, timeout=0.1)
        release.set()


def test_a_connection_closed_without_a_byte_raises_no_answer():
    with pytest.raises(wire.NoAnswer, match="closed without a byte"):
        ask(b"")


def test_nobody_listening_raises_no_answer():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # ours, so that nobody else listens there
        with pytest.raises(wire.NoAnswer, match="refused"):
            wire.exchange(f"http://127.0.0.1:{silent.getsockname()[1]}")


def test_a_body_that_never_ends_stops_at_the_timeout_or_the_limit():
    release = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nhi")
        release.wait(10)

    with stub(drip) as url:
        answer = wire.exchange(url, timeout=0.2)
        release.set()
    assert (answer.body, answer.complete) == (b"hi", False) and "did not end within 0.2 s" in answer.why

    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with stub(flood) as url:
        answer = wire.exchange(url, limit=100_000)
    assert not answer.complete and "limit" in answer.why and len(answer.raw) < 1_000_000


def test_a_large_upload_and_a_large_answer_do_not_block_each_other():
    size = 6 << 20

    def echo(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        connection.sendall(b"y" * size)
        while connection.recv(1 << 20):
            pass

    with stub(echo) as url:
        answer = wire.exchange(url, "POST", body=b"x" * size, limit=size * 2)
    assert answer.complete and len(answer.body) == size


def test_an_early_answer_is_read_although_the_upload_was_refused():
    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Big\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass

    with stub(refuse) as url:
        assert wire.exchange(url, "POST", body=b"x" * (1 << 20)).status == 413


def test_a_conversation_can_be_gated_block_by_block():
    seen = []

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none")
        seen.append(connection.recv(65536))
        connection.sendall(b"two")

    with stub(serve) as url, wire.Conversation(url) as talk:
        assert talk.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert talk.read_until(b"one").endswith(b"one")
        with pytest.raises(wire.NoAnswer, match="b'two' did not come within 0.1 s"):
            talk.read_until(b"two", timeout=0.1)
        talk.send(b"more")
        assert talk.read_until(lambda data: data.endswith(b"two"))
        assert talk.answer().body == b"onetwo"
        assert talk.wait_closed()
        with pytest.raises(wire.WireError, match="ended before b'three'"):
            talk.read_until(b"three")
    assert seen == [b"more"]


def test_answers_on_one_connection_follow_each_other():
    both = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nb"
    with stub(replying(both)) as url, wire.Conversation(url) as talk:
        talk.send(b"GET / HTTP/1.1\r\n\r\n")
        first, second = talk.answer(), talk.answer()
    assert (first.status, first.body, second.status, second.body) == (200, b"a", 404, b"b")


def test_abort_resets_the_connection():
    outcome = []
    accepted = threading.Event()

    def serve(connection: socket.socket) -> None:
        accepted.set()
        try:
            while connection.recv(10):
                pass
        except ConnectionResetError:
            outcome.append("reset")

    with stub(serve) as url:
        talk = wire.Conversation(url)
        assert accepted.wait(10)
        talk.send(b"x")
        talk.abort()
    assert outcome == ["reset"]


def test_text_follows_the_charset_and_json_is_read():
    latin = ask(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=latin-1\r\nContent-Length: 1\r\n\r\n\xe9")
    assert latin.text == "é"
    data = ask(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}')
    assert data.json() == {"a": 1}


def test_an_address_that_is_not_plain_http_is_refused():
    with pytest.raises(ValueError, match="http://127.0.0.1:8000/"):
        wire.exchange("127.0.0.1:80")


def test_it_is_quick_to_import():
    heavy = "{'ssl', 'http.client', 'requests', 'asyncio', 'email', 'json'}"
    code = f"import sys, labkit.wire; found = {heavy} & set(sys.modules); sys.exit(str(found) if found else 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
