"""A server's processes are seen as they are: who is whose parent, who came and went, and a zombie as a zombie."""

import os
import textwrap

import nbformat
import pytest
from nbclient import NotebookClient

from labkit import serve
from labkit.serve import Life, Member, Tree

APP = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "hello.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_arbiter_comes_before_its_workers(folder):
    with serve.Gunicorn("hello:app", workers=3) as server:
        seen = serve.tree(server)
        assert [m.role for m in seen] == ["arbiter", "worker", "worker", "worker"]
        assert {m.parent for m in seen if m.role == "worker"} == {server.pid}
        assert seen.workers == server.workers() and not seen.zombies
    assert len(serve.tree(server)) == 0


def test_a_tree_is_told_in_words_and_in_lists():
    seen = Tree(
        [
            Member(10, "arbiter", 1, "sleeping"),
            Member(11, "worker", 10, "sleeping"),
            Member(12, "arbiter", 10, "sleeping"),
            Member(13, "worker", 12, "zombie"),
        ]
    )
    assert str(seen).splitlines() == [
        "arbiter 10  sleeping",
        "├─ worker 11  sleeping",
        "└─ arbiter 12  sleeping",
        "   └─ worker 13  zombie",
    ]
    assert seen.workers == [11] and seen.zombies == [13]
    assert seen.to_html().count("<ul") == seen.to_html().count("</ul>") == 3


def test_signals_and_what_follows_from_them_are_written_down(folder):
    with serve.Gunicorn("hello:app", workers=2) as server:
        first = server.workers()
        with serve.watch(server) as seen:
            seen.signal("TTIN")
            three = seen.wait_for(3).workers
            seen.signal("TTOU")
            two = seen.wait_for(2).workers
            seen.signal("KILL", two[0])
            seen.wait_for(2, without=[two[0]])
    lives = {life.pid: life for life in seen.lives}
    assert [label for _, label in seen.marks] == ["TTIN", "TTOU", f"KILL to {two[0]}"]
    assert [pid for pid, life in lives.items() if life.born == 0] == [server.pid, *first]
    assert three[:2] == first and two == three[1:], "TTIN adds the youngest, TTOU takes the oldest"
    assert {pid for pid, life in lives.items() if life.ended is None} == set(seen.now.workers) | {server.pid}
    assert lives[first[0]].ended >= seen.marks[1][0] > lives[three[2]].born >= seen.marks[0][0]


def test_the_successor_is_an_arbiter_from_its_birth_to_after_the_old_one_has_ended(folder):
    with serve.Gunicorn("hello:app", workers=1) as server:
        old = serve.tree(server)
        with serve.watch(server) as seen:
            seen.signal("USR2")
            seen.wait_for(2)
            arbiters = [m for m in seen.now if m.role == "arbiter"]
            assert [m.parent for m in arbiters][1:] == [server.pid]
            seen.signal("QUIT")
            seen.wait_for(1, without=[m.pid for m in old])
        assert [(m.pid, m.role) for m in seen.now][0] == (arbiters[1].pid, "arbiter")
        assert serve.tree(server).members[0].pid == arbiters[1].pid


def test_a_child_that_nobody_reaps_is_a_zombie(folder):
    (folder / "careless.py").write_text(
        textwrap.dedent("""
        import os, time

        def serve(listener, app):
            for _ in range(2):
                if os.fork() == 0:
                    while True:
                        listener.accept()
            while True:
                time.sleep(1)
        """)
    )
    with serve.OwnServer("careless:serve", "hello:app") as server, serve.watch(server) as seen:
        one, other = seen.wait_for(2).workers
        seen.signal("KILL", one)
        seen.wait_for(1)
        assert seen.now.zombies == [one] and seen.now.workers == [other]
        assert [m.role for m in serve.tree(server)] == ["parent", "child", "child"]
        assert [m.state for m in serve.tree(server) if m.pid == one] == ["zombie"]
    life = {life.pid: life for life in seen.lives}[one]
    assert life.ended is not None and life.gone is None


def test_what_does_not_come_is_told_with_the_tree(folder):
    words = r"no 2 workers within 0.2 seconds(.|\n)*arbiter \d+"
    with serve.Gunicorn("hello:app") as server, serve.watch(server) as seen, pytest.raises(TimeoutError, match=words):
        seen.wait_for(2, seconds=0.2)
    with pytest.raises(ValueError, match="nothing to watch"):
        serve.watch(server)


def test_outside_of_a_notebook_a_watch_is_silent(folder, capfd):
    with serve.Gunicorn("hello:app") as server, serve.watch(server) as seen:
        seen.signal("TTIN")
        seen.wait_for(2)
    assert capfd.readouterr() == ("", "")
    assert isinstance(seen.lives[0], Life)


def test_in_a_notebook_one_display_is_kept_up_to_date(folder):
    code = """
    from labkit import serve, show
    with serve.Gunicorn("hello:app", workers=2) as server:
        old = server.workers()
        with serve.watch(server) as seen:
            seen.signal("HUP")
            seen.wait_for(2, without=old)
    """
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(code))])
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    (shown,) = notebook.cells[0].outputs
    assert shown.output_type == "display_data"
    words = shown.data["text/plain"]
    assert "sent: HUP at" in words and words.count("worker") == 4 and words.count("ended at") == 2
    assert shown.data["text/html"].startswith('<div role="status">')
    assert os.getcwd() == str(folder)
