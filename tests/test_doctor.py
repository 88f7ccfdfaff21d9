"""The doctor says what a machine can run, whatever the programs on it do; the command speaks in words."""

import json
import os
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from labkit import cli, doctor


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty machine: call it with a name and a shell script to install a program on it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(doctor, "find_program", lambda *names: next(
        (str(folder / name) for name in names if (folder / name).exists()), None))  # fmt: skip

    def install(name, script):
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    return install


def program(diagnosis, name):
    return next(p for p in diagnosis.programs if p.name == name)


def examine_with(monkeypatch, states, installer="apt"):
    """The tiers of a machine whose programs are in these states, by name; what is not named is ready."""
    names = ("gunicorn", "waitress", "pyuwsgi", "nginx", "haproxy", "docker", "podman", "kind", "kubectl")
    known = {name: doctor.Program(name, "", *states.get(name, ("ready",))) for name in names}
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return doctor._tiers(known, installer)


def test_this_machine_runs_tier_one():
    diagnosis = doctor.examine()
    assert diagnosis.tiers[0].ready, str(diagnosis)
    assert {"gunicorn", "waitress", "pyuwsgi"} <= {p.name for p in diagnosis.programs if p.version}
    assert diagnosis.cores >= 1


def test_a_version_is_what_the_program_says(programs):
    programs("nginx", "echo 'nginx version: nginx/1.29.7' >&2")
    programs("kind", "echo 'kind v0.33.0 go1.25.3 linux/amd64'")
    programs("kubectl", "echo 'Client Version: v1.37.0'; echo 'Kustomize Version: v5.7.1'")
    programs("wrk", "echo 'wrk debian/4.1.0-3+b2 [epoll]'; exit 1")
    programs(
        "chromium", "echo '/usr/bin/chromium: 9: [: 25276514304: unexpected operator' >&2; echo 'Chromium 156.0.1'"
    )
    programs("haproxy", "echo 'HAProxy version 2.6.12-1+deb12u4 2026/01/02 - https://haproxy.org/'")
    diagnosis = doctor.examine()
    said = {p.name: p.version for p in diagnosis.programs if p.ready}
    assert said | {"nginx": "1.29.7", "kind": "0.33.0", "kubectl": "1.37.0", "wrk": "4.1.0"} == said
    assert said | {"chromium": "156.0.1", "haproxy": "2.6.12-1+deb12u4"} == said


def test_a_program_that_hangs_is_reported_and_ended_with_what_it_started(programs, leaves_no_process):
    programs("nginx", "sleep 300 & sleep 300")
    nginx = program(doctor.examine(), "nginx")
    assert (nginx.state, nginx.detail) == ("broken", "did not answer within 3 s")


def test_a_program_that_floods_or_says_garbage_is_reported(programs):
    programs("nginx", "yes '<b>no version</b>'")
    programs("haproxy", r"printf '\377\376\000\033[2J garbage'")
    programs("kind", "exit 3")
    diagnosis = doctor.examine()
    assert program(diagnosis, "nginx").state == "broken"
    assert program(diagnosis, "haproxy").detail.startswith("said no version, but: ")
    assert program(diagnosis, "haproxy").detail.isprintable()
    assert program(diagnosis, "kind").detail == "said no version, but: nothing"


def test_a_file_that_is_no_program_is_reported(programs, tmp_path):
    programs("nginx", "")
    (tmp_path / "bin" / "nginx").write_bytes(b"\x7fELF, but not really")
    nginx = program(doctor.examine(), "nginx")
    assert nginx.state == "broken"
    assert nginx.detail.startswith("could not be started: ")


def test_a_docker_client_without_an_engine_is_not_enough(programs):
    programs("docker", 'if [ "$1" = --version ]; then echo "Docker version 28.2.2, build e6534b4"; else '
                       'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2; exit 1; fi')  # fmt: skip
    diagnosis = doctor.examine()
    docker = program(diagnosis, "docker")
    assert (docker.state, docker.version) == ("broken", "28.2.2")
    assert "its engine does not answer: Cannot connect to the Docker daemon" in docker.detail
    assert not diagnosis.tiers[2].ready


def test_an_engine_that_never_answers_holds_nobody_up(programs, leaves_no_process):
    programs("docker", 'if [ "$1" = --version ]; then echo "Docker version 28.2.2"; else sleep 300; fi')
    assert program(doctor.examine(), "docker").detail.endswith("its engine does not answer: no answer within 3 s")


def test_an_engine_that_answers_makes_tier_three(programs):
    programs("podman", 'if [ "$1" = --version ]; then echo "podman version 5.6.0"; else echo "host:"; fi')
    assert doctor.examine().tiers[2].ready


@pytest.mark.parametrize(
    ("installer", "states", "number", "remedies"),
    [
        ("apt", {"nginx": ("missing",)}, 2, ("sudo apt install nginx-light",)),
        ("brew", {"nginx": ("missing",)}, 2, ("brew install nginx",)),
        ("conda", {"nginx": ("missing",)}, 2, ("conda install -c conda-forge nginx",)),
        ("apt", {"docker": ("missing",), "podman": ("missing",)}, 3, ("sudo apt install podman",)),
        ("apt", {"kind": ("missing",), "kubectl": ("missing",)}, 4,
         ("conda install -c conda-forge kubernetes-kind kubernetes-client",)),
        ("brew", {"kind": ("missing",)}, 4, ("brew install kind",)),
        ("apt", {"docker": ("broken", "", "", "permission denied while trying to connect"), "podman": ("missing",)}, 3,
         ('sudo usermod -aG docker "$USER"', "then log out and in again")),
    ],
)  # fmt: skip
def test_each_lack_comes_with_the_command_that_mends_it(monkeypatch, installer, states, number, remedies):
    tiers = examine_with(monkeypatch, states, installer)
    assert tiers[number - 1].remedies == remedies
    assert tiers[number - 1].lacks
    assert [tier.number for tier in tiers if not tier.ready] == ([3, 4] if number == 3 else [number])


def test_one_engine_that_answers_is_enough(monkeypatch):
    tiers = examine_with(monkeypatch, {"docker": ("broken", "28", "/docker", "no answer"), "podman": ("ready",)})
    assert tiers[2].ready


def test_a_server_that_does_not_load_takes_tier_one_away(monkeypatch):
    tiers = examine_with(monkeypatch, {"pyuwsgi": ("broken", "", "", "said no version, but: libxml2.so.2 not found")})
    assert not tiers[0].ready
    assert "libxml2.so.2 not found" in tiers[0].lacks[0]
    assert "pip install" in tiers[0].remedies[0]


def test_nginx_is_found_where_debian_hides_it_from_a_normal_user(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    if not Path("/usr/sbin/nginx").exists():
        pytest.skip("this machine has no /usr/sbin/nginx")
    assert doctor.find_program("nginx") == "/usr/sbin/nginx"


class Page(HTMLParser):
    """Collects what the accessibility of a table rests on."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_is_a_table_with_headings_and_words_for_its_marks(programs):
    programs("nginx", "echo '<script>alert(1)</script>'")
    page = Page(doctor.examine()._repr_html_())
    tags = [tag for tag, _ in page.tags]
    assert tags.count("caption") == tags.count("table") == 2
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in page.tags if tag == "th")
    marks = [attributes for tag, attributes in page.tags if tag == "b"]
    assert {mark["aria-label"] for mark in marks} == {"ready", "not ready"}
    assert "script" not in tags, "what a program says is shown as text"
    colours = [attributes["style"] for _, attributes in page.tags if "color:" in attributes.get("style", "")]
    assert any("var(--jp-" in style for style in colours), "the text follows JupyterLab's theme"


def test_the_text_names_every_tier_and_every_program():
    diagnosis = doctor.examine()
    text = str(diagnosis)
    assert all(f"tier {tier.number}" in text for tier in diagnosis.tiers)
    assert all(p.name in text for p in diagnosis.programs)


def test_the_command_prints_the_diagnosis_as_json(capsys):
    code = cli.main(["doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [tier["number"] for tier in told["tiers"]] == [1, 2, 3, 4]
    assert told["tiers"][0]["ready"] is True
    assert told["cores"] >= 1


def test_the_command_knows_a_right_answer_from_a_wrong_one(tmp_path, capsys):
    answers = Path(__file__).parent / "answers" / "00" / "hello"
    right, wrong = sorted(answers.glob("right_*.py"))[0], sorted(answers.glob("wrong_*.py"))[0]
    assert cli.main(["check", "00/hello", str(right)]) == 0
    assert "00/hello" in capsys.readouterr().out
    assert cli.main(["check", "00/hello", str(wrong)]) == 1


def test_an_unknown_exercise_is_answered_with_the_known_ones(tmp_path, capsys):
    (tmp_path / "app.py").touch()
    assert cli.main(["check", "lab01/nothing", str(tmp_path / "app.py")]) == 2
    said = capsys.readouterr().err
    assert "lab01/nothing" in said
    assert "lab01/status" in said


def test_a_missing_file_is_named(tmp_path, capsys):
    assert cli.main(["check", "00/hello", str(tmp_path / "no.py")]) == 2
    assert str(tmp_path / "no.py") in capsys.readouterr().err


def test_labs_outside_the_course_says_where_to_go(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["labs"]) == 2
    assert "solutions/" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check", "00/hello"]])
def test_a_command_that_is_not_understood_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: labkit" in capsys.readouterr().err
