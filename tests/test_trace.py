"""A trace counts what happened, and says how many answers a figure rests on."""

import sys

import pytest

from labkit.trace import Request, Trace, in_words, most_at_once, percentile


def answered(planned, done, worker=None, entered=None, left=None, status=200, **more):
    return Request("/", planned, planned, done, done, status, None, worker, entered=entered, left=left, **more)


THREE = Trace(
    [
        answered(0.0, 0.1, worker=11, entered=0.01, left=0.09),
        answered(0.0, 0.2, worker=12, entered=0.05, left=0.19),
        Request("/", 0.1, 0.1, None, 1.1, None, "no answer within 1 s"),
        answered(0.2, 0.3, worker=11, status=500),
    ],
    title="three",
    mode="steady",
)


def test_latency_counts_from_the_planned_moment():
    late = Request("/", planned=1.0, sent=1.5, first_byte=1.6, done=1.6, status=200)
    assert late.latency == pytest.approx(0.6)


def test_a_failure_has_no_latency():
    assert [row.failed for row in THREE] == [False, False, True, True]
    assert [row.latency is None for row in THREE] == [False, False, True, True]


def test_the_summary_counts_answers_and_failures_apart():
    summary = THREE.summary()
    assert (summary.count, summary.answers, summary.failures) == (4, 2, 2)
    assert summary.throughput == pytest.approx(2 / 1.1)
    assert dict(summary.reasons) == {"no answer within 1 s": 1, "status 500": 1}
    assert "1 x status 500" in str(summary)
    assert "at most 2 inside the application at once" in str(summary)


def test_a_95th_percentile_of_few_is_not_claimed():
    few = Trace([answered(0, 0.1 * n) for n in range(1, 6)])
    assert "too few for a 95th percentile" in str(few)
    assert "(5 answers" in str(few)
    many = Trace([answered(0, 0.1 * n) for n in range(1, 41)])
    assert "95 % within 3.8 s" in str(many)
    assert many.summary().p95 == pytest.approx(3.8)


def test_percentiles_are_values_that_were_seen():
    assert percentile([1, 2, 3, 4], 50) == 2
    assert percentile([1, 2, 3, 4], 95) == 4
    assert percentile([7], 50) == 7
    assert percentile([], 50) is None


def test_an_empty_trace_has_a_summary():
    assert "nothing was answered" in str(Trace([]))
    assert len(Trace([])) == 0


def test_the_html_summary_escapes_what_a_server_said():
    trace = Trace([Request("/", 0, 0, None, 1, None, "<script>")], title="<b>")
    assert "<script>" not in trace._repr_html_()
    assert "&lt;script&gt;" in trace._repr_html_()
    assert "&lt;b&gt;" in trace._repr_html_()


def test_a_load_that_was_late_itself_says_so():
    on_time = Trace([answered(0, 0.1)])
    late = Trace([Request("/", 0.0, 0.4, 0.5, 0.5, 200)])
    assert "machine is busy" not in str(on_time)
    assert "up to 400 ms late" in str(late)


def test_overlap_is_what_the_application_stamped():
    assert THREE.overlap() == 2


def test_one_that_begins_when_another_ends_does_not_overlap():
    assert most_at_once([(0, 1), (1, 2)]) == 1
    assert most_at_once([(0, 1), (0.5, 2), (0.7, 0.8)]) == 3
    assert most_at_once([]) == 0


def test_overlap_without_stamps_is_refused_in_words():
    with pytest.raises(ValueError, match="app = stamp\\(app\\)"):
        Trace([answered(0, 1)]).overlap()
    with pytest.raises(ValueError, match="not known"):
        Trace([answered(0, 1, worker=1, entered=0.1)]).overlap()


def test_by_worker_puts_the_unknown_last():
    parts = THREE.by("worker")
    assert list(parts) == [11, 12, None]
    assert [len(part) for part in parts.values()] == [2, 1, 1]
    assert list(THREE.by("status")) == [200, 500, None]


def test_by_takes_workers_of_both_kinds():
    mixed = Trace([answered(0, 1, worker="pod-a"), answered(0, 1, worker=7)])
    assert list(mixed.by("worker")) == [7, "pod-a"]


def test_by_an_unknown_key_says_which_there_are():
    with pytest.raises(ValueError, match="worker, status, host"):
        THREE.by("colour")


def test_failures_are_a_trace():
    assert [row.status for row in THREE.failures()] == [None, 500]


def test_traces_are_laid_over_each_other_by_the_clock():
    first = Trace([answered(0.0, 1.0)], began=100.0, marks=[(0.5, "HUP")])
    second = Trace([answered(0.0, 1.0, worker=3, entered=0.1, left=0.9)], began=102.0, marks=[(0.5, "TERM")])
    both = second + first
    assert [row.planned for row in both] == [0.0, 2.0]
    assert both.marks == ((0.5, "HUP"), (2.5, "TERM"))
    assert both.rows[1].entered == pytest.approx(2.1)
    assert both.rows[0].entered is None


def test_dicts_carry_every_field_and_the_latency():
    (row, *_) = THREE.to_dicts()
    assert row["worker"] == 11
    assert row["latency"] == pytest.approx(0.1)
    assert {"target", "planned", "sent", "first_byte", "done", "error", "size"} <= set(row)


def test_pandas_has_a_row_for_each_request():
    pytest.importorskip("pandas")
    frame = THREE.to_pandas()
    assert list(frame["status"].isna()) == [False, False, True, False]
    assert list(Trace([]).to_pandas().columns) == list(frame.columns)


def test_without_pandas_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_dicts"):
        THREE.to_pandas()


def test_durations_are_written_for_people():
    assert [in_words(s) for s in (0, 0.00085, 0.0123, 0.9999, 1.236, 61, 2000)] == [
        "0 us", "850 us", "12.3 ms", "1 s", "1.24 s", "61 s", "2000 s",
    ]  # fmt: skip
