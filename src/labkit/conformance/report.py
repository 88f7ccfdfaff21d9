"""The clauses of PEP 3333 by name, and the report that says which were kept."""

import html
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

_PEP = "https://peps.python.org/pep-3333/#"

KEPT, BROKEN, NOT_SEEN = "kept", "broken", "not seen"
FOLDED = 3  # as many rows that are not seen for the same reason are shown as one
_SYMBOL = {KEPT: "✓", BROKEN: "✗", NOT_SEEN: "–"}


@dataclass(frozen=True)
class Clause:
    """One clause: its name, who has to keep it, how strongly, a title, and where PEP 3333 says so."""

    name: str
    side: str  # "server", "application" or "middleware"
    level: str  # "MUST" or "SHOULD"
    title: str
    section: str

    @property
    def link(self) -> str:
        """The address of the section of PEP 3333."""
        return _PEP + self.section


_ENVIRON = "environ-variables"
_STREAMS = "input-and-error-streams"
_START = "the-start-response-callable"
_LENGTH = "handling-the-content-length-header"
_BUFFERING = "buffering-and-streaming"
_BLOCKS = "middleware-handling-of-block-boundaries"
_WRITE = "the-write-callable"
_DETAILS = "specification-details"
_APPLICATION = "the-application-framework-side"
_ERRORS = "error-handling"
_HTTP = "other-http-features"
_THREADS = "thread-support"
_UNICODE = "unicode-issues"

clauses: dict[str, Clause] = {
    name: Clause(name, {"S": "server", "A": "application", "M": "middleware"}[name[0]], level, title, section)
    for name, level, title, section in [
        ("S1", "MUST", "calls the application once per request, with two positional arguments", _DETAILS),
        ("S2", "MUST", "environ is a real dict", _ENVIRON),
        ("S3", "MUST", "REQUEST_METHOD, SERVER_NAME and SERVER_PORT are there and not empty", _ENVIRON),
        ("S4", "MUST", "the other CGI variables say what was asked", _ENVIRON),
        ("S5", "MUST", "every CGI variable is a str of latin-1 characters", _UNICODE),
        ("S6", "MUST", "no HTTP_CONTENT_TYPE or HTTP_CONTENT_LENGTH", _ENVIRON),
        ("S7", "MUST", "wsgi.version is (1, 0)", _ENVIRON),
        ("S8", "MUST", "every required wsgi variable is there", _ENVIRON),
        ("S9", "SHOULD", "wsgi.multithread, wsgi.multiprocess and wsgi.run_once are true to life", _ENVIRON),
        ("S10", "MUST", "wsgi.input gives bytes and ends at CONTENT_LENGTH", _STREAMS),
        ("S11", "MUST", "wsgi.errors takes text", _STREAMS),
        ("S12", "MUST", "start_response takes positional arguments and returns a write callable", _START),
        ("S13", "MUST", "headers wait for the first block that is not empty", _START),
        ("S14", "MUST", "a second start_response without exc_info is an error", _START),
        ("S15", "MUST", "start_response with exc_info replaces unsent headers, and raises after sent ones", _START),
        ("S16", "SHOULD", "headers that an application must not send are an error", _START),
        ("S17", "MUST", "the server adds what HTTP requires of an answer", _START),
        ("S18", "MUST", "each block is sent before the next is asked for", _BUFFERING),
        ("S19", "MUST", "close() of the iterable is called, whatever happens", _DETAILS),
        ("S20", "MUST", "the iterable is only iterated, measured and closed", _DETAILS),
        ("S21", "MUST", "start_response may come as late as the first iteration", _START),
        ("S22", "SHOULD", "Content-Length and the body agree", _LENGTH),
        ("S23", "MUST", "a body without Content-Length has an end that the client can see", _LENGTH),
        ("S24", "MUST", "what write() is given comes before the blocks of the iterable", _WRITE),
        ("S25", "MUST", "Expect: 100-continue works", "http-1-1-expect-continue"),
        ("S26", "MUST", "the server itself deals with the framing of a request", _HTTP),
        ("S27", "SHOULD", "an error of the application is trapped, and the server goes on", _ERRORS),
        ("S28", "SHOULD", "the application can be run in a single thread", _THREADS),
        ("A1", "MUST", "can be called with two positional arguments, again and again", _APPLICATION),
        ("A2", "MUST", "calls start_response with positional arguments, before the first block", _START),
        ("A3", "MUST", "the status is text like '200 OK'", _START),
        ("A4", "MUST", "the headers are a list of tuples of two str, with valid names", _START),
        ("A5", "MUST", "header values have no control characters and only latin-1", _START),
        ("A6", "MUST", "sends no hop-by-hop header", _HTTP),
        ("A7", "MUST", "applies no Transfer-Encoding", _LENGTH),
        ("A8", "MUST", "returns an iterable of bytes", _APPLICATION),
        ("A9", "MUST", "if len() of the iterable works, it is right", _DETAILS),
        ("A10", "MUST", "exc_info is sys.exc_info() in an error handler; what it raises is not trapped", _START),
        ("A11", "MUST", "does not call write() inside the iterable, and returns one even so", _WRITE),
        ("A12", "MUST", "uses only the listed methods of wsgi.input and wsgi.errors, and closes neither", _STREAMS),
        ("A13", "SHOULD", "reads no more of wsgi.input than CONTENT_LENGTH", _STREAMS),
        ("A14", "SHOULD", "releases what it holds when the iterable is closed early", _DETAILS),
        ("A15", "MUST", "an answer to HEAD, or with status 204 or 304, has no body", _HTTP),
        ("M1", "MUST", "yields at least one block for each block of the application inside", _BLOCKS),
        (
            "M2",
            "MUST",
            "returns its iterable as soon as the application does, and does not write() its blocks",
            _BLOCKS,
        ),
        ("M3", "MUST", "passes close() on to the application's iterable", _DETAILS),
    ]
}


@dataclass(frozen=True)
class Row:
    """One thing that was looked at: ``did``, ``expected`` and ``saw`` are sentences for a reader."""

    clause: str
    title: str
    who: str
    verdict: str  # "kept", "broken" or "not seen"
    did: str
    expected: str
    saw: str
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """What became of each clause. True when nothing is broken.

    ``subject`` says what was checked; ``through`` names the layers that the requests went through, nearest
    first. A clause may have several rows; ``verdict(name)`` joins them.
    """

    subject: str
    rows: list[Row]
    through: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return not self.broken

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def _names(self, verdict: str) -> list[str]:
        return [name for name in dict.fromkeys(row.clause for row in self.rows) if self.verdict(name) == verdict]

    @property
    def broken(self) -> list[Row]:
        """The rows that were found broken."""
        return [row for row in self.rows if row.verdict == BROKEN]

    @property
    def kept(self) -> list[Row]:
        """The rows that were found kept."""
        return [row for row in self.rows if row.verdict == KEPT]

    @property
    def not_seen(self) -> list[Row]:
        """The rows that could not be judged; ``saw`` says why."""
        return [row for row in self.rows if row.verdict == NOT_SEEN]

    def verdict(self, clause: str) -> str:
        """One word for a clause: broken if any of its rows is, else kept if any is, else not seen."""
        found = {row.verdict for row in self.rows if row.clause == clause}
        return next((word for word in (BROKEN, KEPT) if word in found), NOT_SEEN)

    def row(self, clause: str, words: str = "") -> Row:
        """The first row of ``clause`` whose title contains ``words``. Raises KeyError when there is none."""
        for row in self.rows:
            if row.clause == clause and words in row.title:
                return row
        raise KeyError(f"no row {clause} {words!r} in the report")

    def to_dicts(self) -> list[dict[str, str]]:
        """The rows as plain dicts, for JSON or a data frame."""
        return [asdict(row) for row in self.rows]

    @property
    def headline(self) -> str:
        """The result in one line."""
        names = self._names(BROKEN)
        which = f" ({', '.join(names)})" if names else ""
        via = f" through {', '.join(self.through)}" if self.through else ""
        counts = f"{len(self.kept)} kept, {len(self.broken)} broken{which}, {len(self.not_seen)} not seen"
        return f"{self.subject}{via}: {counts}"

    def __str__(self) -> str:
        lines = [self.headline]
        for row, *others in _folded(self.rows):
            if others:
                lines.append(
                    f"{_SYMBOL[row.verdict]} {row.verdict:8}  {len(others) + 1} rows, {row.clause} to {others[-1].clause}"
                )
                lines.append(f"{'':16}{row.saw}")
                continue
            lines.append(f"{_SYMBOL[row.verdict]} {row.verdict:8}  {row.clause:4} {row.title}")
            if row.verdict == BROKEN:
                lines += [f"{'':16}{word}: {text}" for word, text in _details(row)]
            elif row.verdict == NOT_SEEN:
                lines.append(f"{'':16}{row.saw}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        body = "".join(
            _html_row(row) if not others else _html_rows(row, *others) for row, *others in _folded(self.rows)
        )
        return f"""<div class="labkit-report">{_STYLE} <table><caption>{html.escape(self.headline)}</caption>
        <thead><tr><th scope="col">clause</th><th scope="col">what it asks</th><th
        scope="col">verdict</th></tr></thead> <tbody>{body}</tbody></table></div>"""


def in_order(rows: Iterable[Row]) -> list[Row]:
    """The rows in the order of the clauses."""
    order = list(clauses)
    return sorted(rows, key=lambda row: order.index(row.clause))


def _sorted(rows: Iterable[Row]) -> list[Row]:
    """The broken rows first, otherwise as they were."""
    return sorted(rows, key=lambda row: row.verdict != BROKEN)


def _folded(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows as they are shown, each alone; many that are not seen for one and the same reason stand together, last."""
    by_reason: dict[str, list[Row]] = {}
    for row in rows:
        if row.verdict == NOT_SEEN:
            by_reason.setdefault(row.saw, []).append(row)
    many = [group for group in by_reason.values() if len(group) >= FOLDED]
    return [[row] for row in _sorted(rows) if all(row not in group for group in many)] + many


def _details(row: Row) -> list[tuple[str, str]]:
    found = [("we did", row.did), ("expected", row.expected), ("saw", row.saw), ("hint", row.hint)]
    return [(word, text) for word, text in found if text]


def _html_row(row: Row) -> str:
    clause = clauses[row.clause]
    details = "".join(f"<dt>{word}</dt><dd>{html.escape(text)}</dd>" for word, text in _details(row))
    shown = " open" if row.verdict == BROKEN else ""
    return (
        f'<tr class="labkit-{row.verdict.replace(" ", "-")}"><th scope="row">'
        f'<a href="{clause.link}" title="PEP 3333: {html.escape(clause.title)}">{row.clause}</a></th>'
        f"<td><details{shown}><summary>{html.escape(row.title)}</summary><dl>{details}</dl></details></td>"
        f'<td><span aria-hidden="true">{_SYMBOL[row.verdict]}</span> {row.verdict}</td></tr>'
    )


def _html_rows(*rows: Row) -> str:
    titles = "".join(f"<dt>{row.clause}</dt><dd>{html.escape(row.title)}</dd>" for row in rows)
    first, last = rows[0].clause, rows[-1].clause
    return (
        f'<tr class="labkit-not-seen"><th scope="row">{first} to {last}</th>'
        f"<td><details><summary>{len(rows)} rows: {html.escape(rows[0].saw)}</summary><dl>{titles}</dl></details></td>"
        f'<td><span aria-hidden="true">{_SYMBOL[NOT_SEEN]}</span> {NOT_SEEN}</td></tr>'
    )


# Colours come from JupyterLab's theme and are never the only signal; the fallbacks serve nbconvert and VS Code.
_STYLE = """<style> .labkit-report table { border-collapse: collapse; width: 100%; max-width: 60em; margin: 0;
color: var(--jp-ui-font-color1, inherit); background: transparent; font-size: var(--jp-ui-font-size1, 13px); }
.labkit-report caption { text-align: left; font-weight: 600; padding: 4px 8px; color: inherit; }
.labkit-report th, .labkit-report td { text-align: left; vertical-align: top; padding: 3px 8px; border-top:
1px solid var(--jp-border-color2, #999); white-space: normal; } .labkit-report tbody tr { background:
transparent !important; } .labkit-report td:last-child { white-space: nowrap; font-weight: 600; }
.labkit-report a { color: var(--jp-content-link-color, inherit); } .labkit-report summary { cursor: pointer; }
.labkit-report dl { display: grid; grid-template-columns: max-content 1fr; gap: 1px 10px; margin: 4px 0 4px
14px; } .labkit-report dt { color: var(--jp-ui-font-color2, inherit); font-weight: 400; } .labkit-report dd {
margin: 0; overflow-wrap: anywhere; } .labkit-broken td:last-child { color: var(--jp-error-color1, #b3261e); }
.labkit-kept td:last-child { color: var(--jp-success-color1, #1b6e3c); } </style>"""
