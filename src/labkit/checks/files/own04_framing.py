"""The module framing of lesson 04, as the check lays it beside an answer."""

from email.utils import formatdate


def make_head(status, headers, environ):
    """The bytes of the head; whether the body goes in chunks; whether there is to be no body."""
    names = {name.lower() for name, _ in headers}
    empty = environ["REQUEST_METHOD"] == "HEAD" or status[:3] in ("204", "304")
    chunked = not empty and "content-length" not in names and environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    ours = [("Connection", "close")]
    if "date" not in names:
        ours.append(("Date", formatdate(usegmt=True)))
    if chunked:
        ours.append(("Transfer-Encoding", "chunked"))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in [*headers, *ours])]
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), chunked, empty
