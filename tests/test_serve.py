"""Servers start for real, say why when they cannot, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request

import psutil
import pytest

from labkit import serve, wire

HELLO = """
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]
"""
KINDS = {
    "wsgiref": (serve.Wsgiref, {}, 1),
    "gunicorn": (serve.Gunicorn, {"workers": 3}, 3),
    "gthread": (serve.Gunicorn, {"worker_class": "gthread", "threads": 4}, 1),
    "gevent": (serve.Gunicorn, {"worker_class": "gevent"}, 1),
    "waitress": (serve.Waitress, {"threads": 2}, 1),
    "uwsgi": (serve.Uwsgi, {"processes": 2}, 2),
}


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        (tmp_path / name).write_text(textwrap.dedent(text))

    return write


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("name", KINDS)
def test_every_server_answers_when_entered_and_is_gone_when_left(name, write):
    write("hello.py", HELLO)
    kind, settings, workers = KINDS[name]
    with kind("hello:app", **settings) as server:
        assert get(server.url) == b"hello"
        assert len(server.workers()) == workers
        pids = {server.pid, *server.workers()}
        assert all(psutil.pid_exists(pid) for pid in pids)
        assert server.url == f"http://127.0.0.1:{server.port}"
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not listening(server.port)
    assert str(server.port) in server.log, "the log can still be read afterwards"
    assert not server.alive and server.workers() == []


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("text", "cause", "words"),
    [
        ("def app(environ, start_response)\n    pass\n", "syntax", "line 1"),
        ("def application(environ, start_response): pass\n", "name", "no name 'app'"),
        ("import not_there_at_all\napp = None\n", "import", "not_there_at_all"),
        ("x = 1 / 0\n", "import", "ZeroDivisionError"),
    ],
    ids=["syntax error", "name not found", "import missing", "raises on import"],
)
def test_an_application_that_cannot_be_loaded_is_explained_in_words(name, text, cause, words, write):
    write("shop.py", text)
    kind, settings, _ = KINDS[name]
    server = kind("shop:app", **settings)
    with pytest.raises(serve.ServerError) as caught, server:
        pass
    assert caught.value.cause == cause, str(caught.value)
    assert words in caught.value.summary and "shop.py" in caught.value.summary
    assert "The end of its log:" in str(caught.value)
    assert not server.alive


def test_the_names_that_the_module_has_are_listed_when_the_application_is_not_found(write):
    write("shop.py", "def application(environ, start_response): pass\nPRICE = 3\n")
    with pytest.raises(serve.ServerError, match="it has application, PRICE"), serve.Gunicorn("shop:app"):
        pass


def test_a_missing_file_is_named(write):
    with pytest.raises(serve.ServerError, match="there is no shop.py"), serve.Gunicorn("shop:app"):
        pass


def test_a_taken_port_is_named_with_its_owner(write):
    write("hello.py", HELLO)
    with serve.Wsgiref("hello:app") as first:
        with pytest.raises(serve.ServerError) as caught, serve.Gunicorn("hello:app", port=first.port):
            pass
        assert caught.value.cause == "port"
        assert str(first.pid) in str(caught.value)
        assert get(first.url) == b"hello"


def test_a_fixed_port_is_used(write):
    write("hello.py", HELLO)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serve.Gunicorn("hello:app", port=port) as server:
        assert server.port == port and get(server.url) == b"hello"


def test_a_missing_program_is_explained(write, monkeypatch):
    write("hello.py", HELLO)
    server = serve.Uwsgi("hello:app")
    monkeypatch.setattr(server, "argv", lambda: ["no-such-program-here"])
    with pytest.raises(serve.ServerError, match="no-such-program-here did not start: .*No such file") as caught, server:
        pass
    assert caught.value.cause == "program"


def test_an_application_that_never_finishes_loading_ends_in_bounded_time(write):
    write("slow.py", "import time\ntime.sleep(600)\n")
    server = serve.Gunicorn("slow:app", start_timeout=1.5)
    with (
        pytest.raises(
            serve.ServerError, match="did not answer within 1.5 seconds: loading slow.py does not end"
        ) as caught,
        server,
    ):
        pass
    assert caught.value.cause == "silent" and not psutil.pid_exists(server.pid)


def test_a_server_that_dies_is_reported_with_its_log(write):
    write(
        "dying.py", "import os, sys\nprint('last words')\nsys.stdout.flush()\nos.kill(os.getppid(), 9)\nos._exit(9)\n"
    )
    with pytest.raises(serve.ServerError, match="ended by signal 9") as caught, serve.Gunicorn("dying:app"):
        pass
    assert "last words" in caught.value.log


def test_a_config_file_is_read_and_settings_win_over_it(write):
    write("hello.py", HELLO)
    for count in ("3", "1 + 2"):
        write("gunicorn.conf.py", f"workers = {count}\n")
        with serve.Gunicorn("hello:app", config="gunicorn.conf.py") as server:
            assert len(server.workers()) == 3
    with serve.Gunicorn("hello:app", config="gunicorn.conf.py", workers=1) as server:
        assert len(server.workers()) == 1


def test_a_log_that_goes_elsewhere_does_not_hide_the_port(write, tmp_path):
    write("hello.py", HELLO)
    with serve.Gunicorn("hello:app", error_logfile=str(tmp_path / "elsewhere.log")) as server:
        assert get(server.url) == b"hello"
        assert "Listening" not in server.log


def test_being_ready_asks_the_application_nothing(write):
    write(
        "count.py",
        "calls = []\ndef app(e, s):\n    calls.append(1)\n    s('200 OK', [])\n    return [str(len(calls)).encode()]\n",
    )
    with serve.Gunicorn("count:app", access_logfile="-") as server:
        assert get(server.url) == b"1"
        assert wait_until(lambda: "GET /" in server.log)
        assert server.log.count("GET /") == 1


def test_settings_go_by_the_names_of_gunicorns_documentation(write):
    write("hello.py", HELLO)
    settings = {
        "accesslog": "-",
        "loglevel": "debug",
        "preload_app": True,
        "sendfile": False,
        "raw_env": ["A=1", "B=2"],
    }
    server = serve.Gunicorn("hello:app", **settings)
    for flag in ("--access-logfile -", "--log-level debug", "--preload", "--no-sendfile", "--env A=1 --env B=2"):
        assert flag in server.command
    with server:
        assert get(server.url) == b"hello"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"worker": 3}, "no setting 'worker'; did you mean .*workers"),
        ({"post_fork": print}, "write it in a config file"),
    ],
)
def test_a_setting_that_gunicorn_cannot_take_is_refused_in_words(settings, words):
    with pytest.raises(ValueError, match=words):
        serve.Gunicorn("hello:app", **settings)


def test_a_setting_for_a_server_that_has_none_is_refused():
    with pytest.raises(TypeError, match="Wsgiref has no setting workers"):
        serve.Wsgiref("hello:app", workers=3)


def test_an_application_not_named_as_module_and_name_is_refused():
    with pytest.raises(ValueError, match="module:name"):
        serve.Gunicorn("shop.py")


def test_binding_elsewhere_is_refused():
    with pytest.raises(ValueError, match="127.0.0.1 only"):
        serve.Gunicorn("shop:app", bind="0.0.0.0:80")


def test_an_exception_inside_the_block_ends_the_server(write):
    write("hello.py", HELLO)
    with pytest.raises(KeyboardInterrupt), serve.Gunicorn("hello:app", workers=2) as server:
        pids = {server.pid, *server.workers()}
        raise KeyboardInterrupt
    assert not any(psutil.pid_exists(pid) for pid in pids)


DAEMON = """
    import os, subprocess, sys
    def app(environ, start_response):
        helper = subprocess.Popen(["sleep", "600"], start_new_session=True)
        if os.fork() == 0:          # a classic double fork: nobody's child
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "601"])
            os._exit(0)
        start_response("200 OK", [])
        return [str(helper.pid).encode()]
"""


def sleepers():
    return [
        p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] in (["sleep", "600"], ["sleep", "601"])
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's child subreaper")
def test_what_the_server_detached_is_ended_too(write):
    write("daemon.py", DAEMON)
    with serve.Gunicorn("daemon:app") as server:
        get(server.url)
        assert wait_until(lambda: len(sleepers()) == 2)
    assert sleepers() == []


KERNEL = """
    import sys, urllib.request
    from labkit import scratch, serve
    server = serve.Gunicorn("daemon:app", workers=2, cwd=sys.argv[1])
    server.start()
    urllib.request.urlopen(server.url).read()
    print(server.pid, *server.workers(), server.port, server._folder, scratch("t"), flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's child subreaper")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_a_moment_after_the_kernel_was_killed(how, write, tmp_path):
    write("daemon.py", DAEMON)
    kernel = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KERNEL), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    *pids, port, folder, scratch = kernel.stdout.readline().split()
    pids = [int(pid) for pid in pids]
    assert all(psutil.pid_exists(pid) for pid in pids) and os.path.isdir(folder) and os.path.isdir(scratch)
    kernel.send_signal(how)
    kernel.wait()
    kernel.stdin.close()
    kernel.stdout.close()
    gone = wait_until(
        lambda: (
            not any(psutil.pid_exists(p) for p in pids) and not os.path.exists(folder) and not os.path.exists(scratch)
        )
    )
    assert gone and sleepers() == [] and not listening(int(port))


def test_servers_start_again_after_their_keeper_was_killed(write):
    write("hello.py", HELLO)
    with serve.Wsgiref("hello:app"):
        pass
    keeper = serve.process._keeper._process
    keeper.kill()
    keeper.wait()
    with serve.Wsgiref("hello:app") as server:
        assert get(server.url) == b"hello"


def test_gunicorn_listens_on_a_unix_socket_and_takes_it_away(write, tmp_path):
    write("hello.py", HELLO)
    with serve.Gunicorn("hello:app", bind="unix:shop.sock") as server:
        assert server.url.startswith("http+unix://") and "shop.sock" in server.url
        assert wire.exchange(server.url).body == b"hello"
        assert (tmp_path / "shop.sock").is_socket()
    with pytest.raises(wire.NoAnswer):
        wire.exchange(server.url)


def test_an_address_elsewhere_than_here_is_refused(write):
    write("hello.py", HELLO)
    for bind in ("0.0.0.0:8000", "unix:", "unix:" + "x" * 120):
        with pytest.raises(ValueError, match="127.0.0.1 only|name the unix socket|too long"):
            serve.Gunicorn("hello:app", bind=bind)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_after_usr2_the_successor_is_watched_and_ended_like_the_first(write):
    write("hello.py", HELLO)
    with serve.Gunicorn("hello:app", workers=2) as server:
        first, old = server.pid, server.workers()
        server.signal("USR2")
        assert wait_until(lambda: len(server.arbiters()) == 2)
        assert server.workers() == old, "the successor is no worker"
        successor = server.arbiters()[1]
        server.signal("TERM")
        assert wait_until(lambda: server.alive and server.pid != first)
        assert server.pid == successor and server.arbiters() == [successor]
        assert wait_until(lambda: len(server.workers()) == 2)
        assert not set(server.workers()) & set(old)
        assert get(server.url) == b"hello"
    assert not psutil.pid_exists(successor)


def test_a_signal_to_a_server_that_does_not_run_is_refused_in_words(write):
    write("hello.py", HELLO)
    server = serve.Gunicorn("hello:app")
    with pytest.raises(serve.ServerError, match="does not run"):
        server.signal("HUP")


def test_memory_and_cpu_time_are_those_of_the_processes(write):
    write(
        "big.py",
        """
        ballast = bytes(range(256)) * (30 << 12)


        def app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(sum(range(3_000_000))).encode()]
    """,
    )
    with serve.Gunicorn("big:app", workers=2) as server:
        used = serve.memory(server.workers())
        assert [each.pid for each in used] == server.workers()
        assert all(each.rss > 30 << 20 and each.uss > 30 << 20 for each in used)
        assert all(each.pss is None or each.uss <= each.pss <= each.rss for each in used)
        before = serve.cpu_seconds(server.workers())
        for _ in range(3):
            get(server.url)
        assert serve.cpu_seconds(server.workers()) > before
    assert serve.memory([used[0].pid]) == [] and serve.cpu_seconds([used[0].pid]) == 0


@pytest.mark.parametrize("name", ["wsgiref", "gunicorn", "uwsgi"])
def test_the_file_whose_import_fails_is_named_with_its_line(name, write):
    write("shop.py", "import shelf\napp = None\n")
    write("shelf.py", "import os\nimport tea_solution\n")
    kind, settings, _ = KINDS[name]
    with pytest.raises(serve.ServerError) as caught, kind("shop:app", **settings):
        pass
    words = caught.value.summary
    assert words.startswith("shelf.py, line 2, imports 'tea_solution'") and caught.value.cause == "import"
    assert "there is no file tea_solution.py" in words and "folded away" in words


@pytest.mark.parametrize(
    ("function", "words", "cause"),
    [
        ("told:serve", "loop.py, line 1, imports 'environ_solution'", "import"),
        ("counting:serve", "there is no counting.py", "module"),
    ],
)
def test_a_server_of_ones_own_that_cannot_be_loaded_is_explained_as_well(function, words, cause, write):
    write("told.py", "import loop\n")
    write("loop.py", "import environ_solution\n")
    with pytest.raises(serve.ServerError) as caught, serve.OwnServer(function, "labkit.conformance.probe:app"):
        pass
    assert words in caught.value.summary and caught.value.cause == cause
