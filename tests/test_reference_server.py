"""The server that lab02's solution writes: it serves applications that know nothing of us, and rude clients do not stop it."""

import random
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
import requests

from labkit import conformance, serve, wire

ROOT = Path(__file__).parent.parent
LAB = ROOT / "solutions" / "lab02-server-and-middleware"
SHELF = ROOT / "src" / "labkit" / "checks" / "files"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the solution's server.py, the lab's own files and the sites to serve."""
    folder = tmp_path_factory.mktemp("reference")
    cells = {cell.id: cell.source for cell in nbformat.read(LAB / f"{LAB.name}.ipynb", 4).cells}
    first, _, text = cells["lab02-server-answer"].partition("\n")
    assert first == "%%writefile server.py"
    (folder / "server.py").write_text(text)
    (folder / "shared").mkdir()
    for file in [*LAB.glob("*.py"), *Path(__file__).with_name("sites").glob("*.py")]:
        shutil.copy(file, folder)
    return folder


def running(place, app):
    return serve.OwnServer("server:serve", app, cwd=place)


@pytest.mark.parametrize("name", ["shop.py", "guests.py"])
def test_the_lab_ships_what_the_check_serves(name):
    assert (LAB / name).read_text() == (SHELF / f"lab02_{name}").read_text()


def test_the_check_of_lesson_04_lays_what_the_lesson_writes():
    cells = {cell.id: cell.source for cell in nbformat.read(ROOT / "notebooks" / "04-write-a-server.ipynb", 4).cells}
    for cell, name in (("server-framing", "framing"), ("server-loop-file", "loop")):
        lesson, kit = cells[cell].partition("\n")[2], (SHELF / f"own04_{name}.py").read_text()
        functions = re.compile(r"^def .*?(?=^\S|\Z)", re.M | re.S)
        for function in functions.findall(lesson + "\n"):
            assert function.strip() in kit, f"{name}.py of the lesson and own04_{name}.py differ"


def test_the_check_of_lesson_07_lays_what_the_lesson_writes():
    cells = {cell.id: cell.source for cell in nbformat.read(ROOT / "notebooks" / "07-run-gunicorn.ipynb", 4).cells}
    lesson, kit = cells["fork-talk"].partition("\n")[2], (SHELF / "own07_talk.py").read_text()
    assert kit.partition('"""\n\n')[2].strip() == lesson.strip()


def test_it_keeps_every_clause_that_can_be_seen(place):
    with running(place, "labkit.conformance.probe:app") as server:
        report = conformance.from_outside(server.url, facts={"workers": 1})
    assert report, str(report)
    assert {row.clause for row in report.not_seen} <= {"S28"}, str(report)


@pytest.mark.parametrize("site", ["site_flask", "site_django", "site_pyramid"])
def test_it_serves_the_frameworks(place, site):
    with running(place, f"{site}:app") as server:
        url = server.url
        told = requests.get(url + "/hello/th%C3%A9?cups=2%2B1", headers={"X-Tea": "green"}, timeout=10)
        assert told.json() == {"name": "thé", "cups": "2+1", "header": "green"}
        head = requests.head(url + "/hello/mint", timeout=10)
        assert head.status_code == 200 and head.content == b""
        assert requests.post(url + "/form", data={"tea": "máte", "cups": "2"}, timeout=10).json() == {
            "tea": "máte",
            "cups": "2",
        }
        assert requests.post(url + "/upload", data=b"x" * 300_000, timeout=10).json() == {"size": 300_000}
        in_chunks = requests.post(url + "/upload", data=iter([b"x" * 70_000, b"y" * 70_000]), timeout=10)
        assert in_chunks.json() == {"size": 140_000}
        streamed = wire.exchange(url + "/rows")
        assert streamed.chunks == [b"row 0\n", b"row 1\n", b"row 2\n"]
        assert requests.get(url + "/boom", timeout=10).status_code == 500
        assert requests.get(url + "/no/such/page", timeout=10).status_code == 404


def test_it_serves_a_stranger(place):
    """WsgiDAV: other methods, XML bodies, ranges, and files that are written and read in blocks."""
    data = bytes(range(256)) * 2000
    with running(place, "site_dav:app") as server, requests.Session() as client:

        def ask(method, path, **more):
            return client.request(method, server.url + path, timeout=10, **more)

        assert "PROPFIND" in ask("OPTIONS", "/").headers["Allow"]
        assert ask("MKCOL", "/t%C3%A9/").status_code == 201
        assert ask("PUT", "/t%C3%A9/data.bin", data=data).status_code == 201
        assert ask("PUT", "/t%C3%A9/chunks.bin", data=iter([data[:1000], data[1000:]])).status_code == 201
        for name in ("data.bin", "chunks.bin"):
            assert ask("GET", f"/t%C3%A9/{name}").content == data
        part = ask("GET", "/t%C3%A9/data.bin", headers={"Range": "bytes=256-511"})
        assert (part.status_code, part.content) == (206, bytes(range(256)))
        assert ask("HEAD", "/t%C3%A9/data.bin").headers["Content-Length"] == str(len(data))
        found = ElementTree.fromstring(ask("PROPFIND", "/t%C3%A9/", headers={"Depth": "1"}).content)
        assert len(found.findall("{DAV:}response")) == 3
        moved = {"Destination": server.url + "/moved.bin"}
        assert ask("MOVE", "/t%C3%A9/data.bin", headers=moved).status_code == 201
        assert ask("DELETE", "/moved.bin").status_code == 204
        assert ask("GET", "/moved.bin").status_code == 404


HOST = b"Host: tea.example\r\n"


def malformed(seed=20):
    """A hundred requests that are not HTTP, or are HTTP that two programs could read in two ways."""
    dice = random.Random(seed)
    get, post = b"GET /health HTTP/1.1\r\n" + HOST, b"POST /notes HTTP/1.1\r\n" + HOST
    chunked = post + b"Transfer-Encoding: chunked\r\n\r\n"
    lines = [b"GET\r\n", b"GET /\r\n", b"GET  / HTTP/1.1\r\n", b"GET / HTTP/1.1 \r\n", b"G\x00T / HTTP/1.1\r\n"]
    lines += [
        b"GET / HTTP/2.0\r\n",
        b"GET / HTTP/11\r\n",
        b"GET / http/1.1\r\n",
        b"GET tea HTTP/1.1\r\n",
        b" / HTTP/1.1\r\n",
    ]
    lines += [
        b"GET /\xff HTTP/1.1\r\n",
        b"GET /a b HTTP/1.1\r\n",
        b"\r\n",
        b"(GET) / HTTP/1.1\r\n",
        b"GET\t/\tHTTP/1.1\r\n",
    ]
    found = [line + HOST + b"\r\n" for line in lines]
    headers = [
        b"X",
        b": x",
        b" X: x",
        b"X : x",
        b"X\x00: x",
        b"X: a\x00b",
        b"X: a\rb",
        b"X(: x",
        b"\tX: x",
        b"X\xff: x",
    ]
    headers += [
        b"Content-Length: " + value for value in (b"", b"-1", b"+1", b"1.0", b"0x1", b"1 1", b"1,1", b"\xb2", b"1_0")
    ]
    headers += [b"Transfer-Encoding: " + value for value in (b"gzip", b"chunked, gzip", b"identity", b"xchunked", b"")]
    headers += [
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 1\r\nTransfer-Encoding: chunked",
        HOST[:-2],
    ]
    found += [get + header + b"\r\n\r\n" for header in headers]
    sizes = [b"", b"x", b"-1", b"+1", b"0x1", b"1 1", b"1_0", b"fffffffff", b" 1", b"\xb2"]
    found += [chunked + size + b"\r\na\r\n0\r\n\r\n" for size in sizes]
    found += [
        chunked + end
        for end in (b"1\r\nab\r\n0\r\n\r\n", b"1\na\n0\n\n", b"2\r\na\r\n0\r\n\r\n", b"0\r\nX: x\n\r\n\r\n")
    ]
    found += [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
    ]
    found += [
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        get + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    ]
    found += [get + b"X: x\r\n" * 20_000 + b"\r\n"]
    return found + [dice.randbytes(dice.randrange(1, 400)) + b"\r\n\r\n" for _ in range(100 - len(found))]


def test_it_survives_a_hundred_malformed_requests(place):
    with running(place, "shop:app") as server:
        requests_ = malformed()
        assert len(requests_) == 100
        for request in requests_:
            with wire.Conversation(server.url, timeout=10) as talk:
                talk.send(request)
                talk.end_sending()
                try:
                    answer = talk.answer(re.match(rb"\w*", request)[0].decode())
                    assert 400 <= answer.status < 500, (request[:60], answer.raw[:60])
                except wire.NoAnswer as silence:
                    assert "closed" in str(silence), request[:60]  # hung up without a word
            assert wire.exchange(server.url + "/health").status == 200, request[:60]
        assert server.alive
        assert requests.get(server.url + "/notes", timeout=10).json() == [], "one of them reached the application"
        assert "Traceback" not in server.log


def test_it_serves_others_beside_fifty_slow_clients_and_then_the_slow_ones(place):
    note = b"two cups of tea"
    request = b"POST /notes HTTP/1.1\r\n" + HOST + b"Content-Length: 15\r\n\r\n" + note
    with running(place, "shop:app") as server:
        talks = [wire.Conversation(server.url, timeout=10) for _ in range(50)]
        try:
            for number, talk in enumerate(talks):
                talk.send(
                    request[: number + 1]
                )  # some have sent a byte, some a half of the head, some half of the body
            for _ in range(10):
                assert wire.exchange(server.url + "/health", timeout=10).status == 200
            for number, talk in enumerate(talks):
                for place_ in range(number + 1, len(request)):
                    talk.send(request[place_ : place_ + 1])  # a byte at a time
            assert [talk.answer("POST").status for talk in talks] == [201] * 50
        finally:
            for talk in talks:
                talk.abort()
        assert len(requests.get(server.url + "/notes", timeout=10).json()) == 50
        assert server.alive
