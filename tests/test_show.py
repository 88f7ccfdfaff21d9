"""Pictures show every request, say in words what they show, and do not disturb the page that they are on."""

import re
import subprocess
import sys
import textwrap
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

import nbformat
import pytest
from nbclient import NotebookClient

from labkit import show
from labkit.serve import Life
from labkit.show.lanes import _Panel, _stack
from labkit.show.predict import NOTHING_SAID, Prediction
from labkit.trace import Request, Trace

SVG = "{http://www.w3.org/2000/svg}"


def request(planned, wait, work, worker=1, host="h", status=200):
    entered, left = planned + wait, planned + wait + work
    return Request("/", planned, planned, left, left, status, None, worker, host, None, entered, left)


def lost(planned, done, error="no answer within 1 s"):
    return Request("/", planned, planned, None, done, None, error)


SYNC = Trace([request(n * 0.05, n * 0.05, 0.1) for n in range(20)], "one worker", "steady")
THREE = Trace([request(n * 0.05, 0, 0.09, worker=n % 3) for n in range(20)], "three workers", "steady")
BROKEN = Trace([*THREE.rows, lost(0.2, 1.2), lost(0.3, 1.3)], "broken", "steady")


def texts(picture):
    return [" ".join(each.itertext()).strip() for each in ET.fromstring(picture.svg).iter(f"{SVG}text")]


# words


def test_the_words_hold_the_finding():
    words = show.lanes(BROKEN).alt
    assert words.startswith("broken. 3 workers: worker 0 served 7, worker 1 served 7, worker 2 served 6.")
    assert "22 requests, 2 failed (2 x no answer within 1 s)" in words
    assert "At most 2 were inside the application at once" in words
    assert "Half were answered within 90 ms" in words


def test_picture_and_words_travel_together():
    picture = show.lanes(BROKEN)
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == picture.alt == repr(picture)
    assert 'role="img"' in bundle["text/html"]
    assert "<figcaption" in bundle["text/html"]
    assert bundle["text/html"].count("22 requests, 2 failed") == 2  # as label and to be read
    title = ET.fromstring(bundle["image/svg+xml"]).find(f"{SVG}title")
    assert title is not None
    assert title.text == picture.alt


def test_what_servers_and_people_say_is_escaped():
    nasty = Trace([lost(0, 1, '<script>"')], title='<b>"&')
    bundle = show.lanes(nasty, predicted="<i>")._repr_mimebundle_()
    assert "<script>" not in bundle["text/html"]
    assert "<i>" not in bundle["text/html"]
    ET.fromstring(bundle["image/svg+xml"])
    assert "<td><b>" not in show.compare({'<b>"': nasty})._repr_mimebundle_()["text/html"]


# colours and ids


def test_inline_text_takes_the_colour_of_the_theme_and_a_file_is_dark_on_white():
    picture = show.lanes(THREE)
    inline = picture._repr_mimebundle_()["text/html"]
    assert "var(--jp-ui-font-color1, var(--vscode-foreground, #1a1a1a))" in inline
    assert "#010203" not in inline
    assert "#ffffff" not in inline
    assert "var(" not in picture.svg
    assert "#010203" not in picture.svg
    assert 'fill="#ffffff"' in picture.svg


def test_inline_pictures_share_no_id_and_every_reference_is_met():
    first, second = (show.lanes(BROKEN)._repr_mimebundle_()["text/html"] for _ in range(2))
    ids = [set(re.findall(r'\bid="([^"]+)"', each)) for each in (first, second)]
    assert not ids[0] & ids[1]
    for each, own in zip((first, second), ids, strict=True):
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', each)) <= own


def test_a_picture_brings_no_style_for_the_rest_of_the_page_and_fetches_nothing():
    inline = show.lanes(BROKEN)._repr_mimebundle_()["text/html"]
    assert "<style" not in inline
    assert "<script" not in inline
    assert not re.search(r'(?:src|href)="(?!#)', inline)


def test_text_stays_text_and_the_picture_scales():
    picture = show.lanes(THREE)
    assert {"three workers", "worker 0", "7 requests", "inside the application"} <= set(texts(picture))
    assert re.search(r"<svg [^>]*viewBox=", picture.svg)
    assert not re.search(r"<svg [^>]* width=", picture.svg)


def test_a_picture_is_saved_as_svg_only(tmp_path):
    path = show.lanes(THREE).save(tmp_path / "lanes.svg")
    assert ET.parse(path).getroot().tag == f"{SVG}svg"
    with pytest.raises(ValueError, match="lanes.svg"):
        show.lanes(THREE).save(tmp_path / "lanes.png")


# lanes


def test_requests_that_overlap_never_lie_in_one_row():
    spans = [(0, 3), (1, 2), (2, 4), (3, 5), (3, 3), (0.5, 6)]
    rows, depth = _stack(spans)
    assert depth == 3
    for i, (a, b) in enumerate(spans):
        for j, (c, d) in enumerate(spans[:i]):
            assert rows[i] != rows[j] or b <= c or d <= a


def test_failures_have_a_lane_and_a_shape_of_their_own():
    words = texts(show.lanes(BROKEN))
    assert {"no answer", "2 requests", "failed"} <= set(words)
    assert "failed" not in texts(show.lanes(THREE))


def test_a_failure_with_a_worker_stays_in_its_lane():
    words = texts(show.lanes(Trace([request(0, 0, 0.1, status=500)])))
    assert "worker 1" in words
    assert "failed" in words


def test_without_stamps_the_picture_says_so():
    words = texts(show.lanes(Trace([Request("/", 0, 0, 0.1, 0.1, 200)])))
    assert {"no stamps", "asked until answered"} <= set(words)


def test_workers_of_several_hosts_are_told_apart():
    trace = Trace([request(0, 0, 0.1, worker=1, host="pod-a"), request(0, 0, 0.1, worker=1, host="pod-b")])
    assert {"pod-a / 1", "pod-b / 1"} <= set(texts(show.lanes(trace)))
    assert "2 workers" in show.lanes(trace).alt


def test_marks_of_the_trace_and_of_the_call_are_named():
    trace = Trace(THREE.rows, marks=[(0.5, "HUP")])
    picture = show.lanes(trace, marks=[(0.7, "TERM")])
    assert {"HUP", "TERM"} <= set(texts(picture))
    assert "HUP at 500 ms. TERM at 700 ms." in picture.alt


def test_a_deep_queue_becomes_a_strip_that_counts_it():
    deep = Trace([request(n * 0.01, n * 0.09, 0.1) for n in range(300)], "deep")
    words = texts(show.lanes(deep))
    assert "how many wait" in words
    assert any(re.fullmatch(r"at most \d+", each) for each in words)
    assert "300 requests" in words


def test_many_requests_stay_small_and_quick():
    many = Trace([request(n * 0.0005, 0.003, 0.0003, worker=n % 2) for n in range(5000)], "many")
    began = time.process_time()
    picture = show.lanes(many)
    assert len(picture.svg) < 200_000
    assert time.process_time() - began < 20  # it takes a fifth of a second: a bound, not a measure
    panel = _Panel("", "", many, 380, [])
    assert panel.place(0, 300) < 600


@pytest.mark.parametrize("rows", [[], [lost(0, 0)], [Request("/", 0)], [request(0, 0, 0)]])
def test_the_smallest_traces_can_be_drawn(rows):
    ET.fromstring(show.lanes(Trace(rows)).svg)
    ET.fromstring(show.compare({"a": Trace(rows), "b": THREE}).svg)


def test_compare_draws_each_trace_with_its_figures_and_a_table():
    picture = show.compare({"sync 1": SYNC, "sync 3": THREE}, title="both")
    words = texts(picture)
    assert {"both", "sync 1", "sync 3"} <= set(words)
    assert any(each.startswith("2 at once") for each in words)
    assert picture._repr_mimebundle_()["text/html"].count("<tr>") == 3
    assert [line.split(":")[0] for line in picture.alt.splitlines()] == ["both", "sync 1", "sync 3"]


def test_compare_of_nothing_says_what_it_needs():
    with pytest.raises(ValueError, match="such as"):
        show.compare({})


def test_drawing_leaves_pyplot_and_the_settings_alone():
    code = """
        import sys
        from labkit import show
        assert "matplotlib" not in sys.modules
        from labkit.trace import Request, Trace
        import matplotlib
        settings = lambda: {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if "backend" not in k}
        before = settings()
        show.lanes(Trace([Request("/", 0.0, 0.0, 0.1, 0.1, 200)]))
        assert "matplotlib.pyplot" not in sys.modules
        assert settings() == before
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)


# predictions


def test_a_prediction_outside_of_a_notebook_is_text(capsys):
    guess = show.predict("How many at once?", [1, 3, 8])
    assert guess.value is None
    assert capsys.readouterr().out.splitlines()[:4] == ["How many at once?", "  - 1", "  - 3", "  - 8"]
    assert show.predict("How many at once?", [1, 3, 8], answer=3).value == 3
    assert "You predicted: 3" in capsys.readouterr().out


def test_the_prediction_stands_beside_what_happened():
    guess = Prediction("How many at once?", [1, 3, 8], answer=3)
    picture = show.lanes(THREE, predicted=guess)
    assert "You predicted: 3." in texts(picture)
    assert "You predicted: 3.\nIt happened: at most 2 at once" in picture.alt
    assert "You predicted: all fail." in show.compare({"a": THREE}, predicted="all fail").alt


def test_nothing_predicted_is_said_in_a_friendly_way():
    guess = Prediction("How many at once?", [1, 3, 8])
    assert NOTHING_SAID in show.lanes(THREE, predicted=guess).alt
    assert NOTHING_SAID in str(guess.reveal(3))
    assert "predict" not in show.lanes(THREE).alt


@pytest.mark.parametrize(("answer", "verdict"), [(3, "As you predicted."), (1, "Not as predicted")])
def test_reveal_tells_a_hit_from_a_miss(answer, verdict):
    revealed = Prediction("How many?", [1, 3], answer=answer).reveal(3)
    assert verdict in str(revealed)
    assert verdict in revealed._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", [1, 2]), "needs a question"),
        (("How many?", [1]), "at least two"),
        (("How many?", "abc"), "as a list"),
        (("How many?", [1, 2], 5), "not one of the choices"),
    ],
)
def test_a_prediction_without_sense_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        show.predict(*arguments)


def test_choosing_sets_the_value_and_revealing_fixes_it():
    """In a real kernel, with the widget but nobody to click: "Run all" goes on, and a click counts."""
    cells = [
        'from labkit import load, show\nguess = show.predict("How many?", [1, 3])',
        "assert guess.value is None",
        "guess.reveal(3)",
        "guess._buttons.index = 1\nassert guess.value == 3",
        "guess.reveal(3)\nassert guess._buttons.disabled",
        'trace = load.steady("http://127.0.0.1:1", rate=10, seconds=1.3)',
        "show.lanes(trace, predicted=guess)",
        "trace",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert not [each for cell in outputs for each in cell if each.get("name") == "stderr"]
    (asked,) = [each for each in outputs[0] if each.output_type == "display_data"]
    assert "application/vnd.jupyter.widget-view+json" in asked.data
    assert asked.data["text/plain"].startswith("How many?\n  - 1\n  - 3")
    assert NOTHING_SAID in outputs[2][0].data["text/html"]
    assert "<svg" in outputs[6][0].data["text/html"]
    assert "connection refused" in outputs[7][0].data["text/html"]


# lifetimes


@dataclass(frozen=True)
class Watched:
    """What serve.watch would give."""

    lives: tuple
    marks: tuple = ()
    seconds: float = 3.0


ARBITER, WORKER = Life(10, "arbiter", 1, 0.0), Life(11, "worker", 10, 0.0, 1.0, 1.05)
LATER, ZOMBIE = Life(12, "worker", 10, 1.1), Life(13, "child", 10, 0.0, 1.0)


def test_lifetimes_say_who_was_there_and_what_happened_in_its_order():
    picture = show.lifetimes(Watched((ARBITER, WORKER, LATER), ((0.9, "HUP"),)), title="Reload")
    assert picture.alt == (
        "Reload. At first: arbiter 10 and 1 worker. Then: HUP at 0.90 s; worker 11 ended at 1.00 s; worker 12 began at "
        "1.10 s. Of the workers 1 began, 1 ended, 1 left at the end."
    )
    assert {"Reload", "HUP", "arbiter 10", "worker 11", "worker 12", "ended"} <= set(texts(picture))
    assert "seconds since the watch began" in texts(picture)


def test_a_zombie_is_drawn_when_it_lasts_and_not_as_every_end():
    assert "zombie: ended, not reaped" not in texts(show.lifetimes(Watched((ARBITER, WORKER))))
    picture = show.lifetimes(Watched((replace(ARBITER, role="parent"), ZOMBIE)))
    assert {"zombie: ended, not reaped", "parent", "child"} <= set(texts(picture))
    assert "child 13 is a zombie from then on" in picture.alt


def test_lifetimes_stand_beside_a_prediction_and_draw_nothing_of_nobody():
    assert "You predicted: 2." in show.lifetimes(Watched((ARBITER, WORKER)), predicted=2).alt
    words = show.lifetimes(Watched((), seconds=0.0)).alt
    assert words.startswith("At first: no process. Nothing changed.")


# curves

MEASURED = {"CPU": {1: [0.9, 1.0, 1.1], 5: [1.7, 1.9, 2.0]}, "waiting": {5: 4.9, 1: 0.98}}


def test_a_curve_says_every_figure_in_words_and_in_a_table():
    picture = show.curve(MEASURED, "Sweep", y="gain", marks=[(5, "2 x cores + 1")], models={"CPU": {1: 1, 5: 2}})
    assert picture.alt.startswith("Sweep. gain, by workers. CPU: 1 (0.9 to 1.1) at 1, 1.9 (1.7 to 2) at 5.")
    assert "Its model: 1 at 1, 2 at 5." in picture.alt
    assert "waiting: 0.98 at 1, 4.9 at 5." in picture.alt
    assert "2 x cores + 1 is 5." in picture.alt
    shown = picture._repr_mimebundle_()["text/html"]
    assert shown.count("<tr>") == 4  # the head, two series and one model
    assert "<td>1.9 (1.7 to 2)</td>" in shown


def test_a_curve_names_its_axes_its_series_and_its_marks():
    words = texts(show.curve(MEASURED, "Sweep", x="threads", y="gain", marks=[(5, "here")], models={"CPU": {1: 1}}))
    assert {"Sweep", "threads", "gain", "CPU", "waiting", "here"} <= set(words)
    assert "marker: median, bar: least to greatest; dashed: what the model says" in words
    assert "marker: measured" in texts(show.curve({"one": {1: 2.0}}))


def test_names_at_the_ends_of_curves_and_marks_do_not_lie_on_one_another():
    same = {name: {1: 1.0, 9: 2.0} for name in ("one", "two", "three")}
    drawn = ET.fromstring(show.curve(same, marks=[(5, "a formula"), (5.2, "another formula")]).svg)
    places = {"".join(each.itertext()).strip(): each.attrib for each in drawn.iter(f"{SVG}text")}
    heights = {re.findall(r"[\d.]+", str(places[name]))[-1] for name in ("one", "two", "three")}
    assert len(heights) == 3
    assert places["a formula"] != places["another formula"]


def test_a_curve_sets_the_prediction_beside_what_happened_and_escapes():
    picture = show.curve({'<b>"': {1: [1.0, 2.0], 3: 3.0}}, predicted="<i>")
    assert 'You predicted: <i>.\nIt happened: <b>": 1.5 at 1, 3 at 3 workers.' in picture.alt
    assert "<b>" not in picture._repr_mimebundle_()["text/html"]
    ET.fromstring(picture.svg)
    ET.fromstring(show.curve({"zero": {0: 0.0}}).svg)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (({},), "such as"),
        (({"a": {}},), "no points"),
        (({"a": {1: []}},), "without values"),
        (({str(n): {1: 1.0} for n in range(9)},), "at most 5"),
    ],
)
def test_a_curve_without_sense_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        show.curve(*arguments)
    with pytest.raises(ValueError, match="none of the name lost"):
        show.curve({"a": {1: 1.0}}, models={"lost": {1: 1.0}})


# workers that come and go


def replaced():
    """Three seconds in which worker 1 is followed by worker 2; worker 3 is there all the time."""
    rows = [request(n * 0.1, 0, 0.1, worker=1) for n in range(12)] + [request(1.1, 0.3, 0.1, worker=2)]
    rows += [request(n * 0.1, 0, 0.1, worker=2) for n in range(15, 30)]
    rows += [request(n * 0.1, 0.01, 0.09, worker=3) for n in range(30)]
    return Trace(rows, "reload", "steady")


def grounds(picture):
    """The x of the beginning and the end of each lane's ground, from the top."""
    found = []
    for path in ET.fromstring(picture.svg).iter(f"{SVG}path"):
        if "opacity: 0.05" in path.get("style", ""):
            xs = [float(x) for x, _ in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path.get("d"))]
            found.append((min(xs), max(xs)))
    return found


def test_the_lane_of_a_worker_that_comes_or_goes_is_as_long_as_what_it_answered():
    picture = show.lanes(replaced())
    (left, gone), (came, right), whole = grounds(picture)
    assert whole == (left, right), "worker 3 was there from the beginning to the end"
    per_second = (right - left) / (3.0 * 1.005)
    assert gone == pytest.approx(left + 1.2 * per_second, abs=2)
    assert came == pytest.approx(left + 1.4 * per_second, abs=2), "from its first request on, not from its waiting on"
    assert "a worker's first or last" in texts(picture)
    assert picture.alt.endswith("Worker 1 was done with its last at 1.2 s. Worker 2 began with its first at 1.4 s.")


def test_a_worker_that_waits_for_its_turn_is_not_drawn_as_if_it_were_missing():
    late = Trace([request(0, 0, 0.4, worker=1), request(0.45, 0, 0.4, worker=2), request(0.5, 0.4, 0.4, worker=1)])
    for trace in (SYNC, THREE, late):
        picture = show.lanes(trace)
        assert len(set(grounds(picture))) == 1
        assert "first or last" not in " ".join(texts(picture)) and "began with its first" not in picture.alt


def heights(picture, colour):
    """The heights of the bars of this colour, in pixels."""
    found = []
    for path in ET.fromstring(picture.svg).iter(f"{SVG}path"):
        if f"fill: {colour}" in path.get("style", ""):
            ys = [float(y) for _, y in re.findall(r"[ML] ([\d.-]+) ([\d.-]+)", path.get("d"))]
            found += [round(max(ys[at : at + 4]) - min(ys[at : at + 4]), 1) for at in range(0, len(ys), 4)]
    return found


@pytest.mark.parametrize(("cpu", "share"), [(0.1, 1), (0.05, 0.5), (0.026, 0.25), (0.001, 0), (0.0, 0)])
def test_the_dark_part_of_a_bar_is_the_share_of_computing(cpu, share):
    picture = show.lanes(Trace([replace(request(0, 0.02, 0.1), cpu=cpu)]))
    (whole,) = heights(picture, "#9cceed")
    assert heights(picture, "#0072b2") == ([pytest.approx(share * whole, abs=0.2)] if share else [])
    assert "inside the application" in texts(picture) and ("computing, by height" in texts(picture)) == (share > 0)
    assert "Of 100 ms inside it, " in picture.alt


def test_without_a_stamp_of_cpu_time_a_bar_says_nothing_of_computing():
    picture = show.lanes(SYNC)
    assert heights(picture, "#9cceed") == [] and len(heights(picture, "#0072b2")) == len(SYNC)
    assert "computing" not in picture.alt + " ".join(texts(picture))


def test_the_lane_of_a_worker_that_a_mark_names_goes_on_to_the_mark():
    _, gone = grounds(show.lanes(replaced(), marks=[(1.5, "kill -9 1")]))[0]
    left, right = grounds(show.lanes(replaced()))[2]
    assert gone == pytest.approx(left + 1.5 * (right - left) / (3.0 * 1.005), abs=2)
    assert grounds(show.lanes(replaced(), marks=[(1.5, "kill -9 11")])) == grounds(show.lanes(replaced()))


def test_a_worker_that_served_nobody_before_a_mark_came_with_what_was_done_then():
    late = Trace([*SYNC.rows, request(0.3, 0.05, 0.1, worker=7), request(1.5, 0.3, 0.1, worker=7)])
    assert len(set(grounds(show.lanes(late)))) == 1, "it might have been idle"
    picture = show.lanes(late, marks=[(0.32, "TTIN")])
    assert len(set(grounds(picture))) == 2 and "Worker 7 began with its first at 350 ms." in picture.alt


def test_many_comings_and_goings_are_counted_in_words():
    rows = [request(n * 1.0, 0, 0.1, worker=n // 2) for n in range(16)]
    assert show.lanes(Trace(rows)).alt.endswith("And 6 more comings and goings.")
