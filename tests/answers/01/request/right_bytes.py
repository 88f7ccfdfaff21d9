import re

PART = re.compile(rb"[!-~]+")


def request(method, target, host, body=""):
    parts = [part.encode("ascii") for part in (method, target, host)]
    if not all(PART.fullmatch(part) for part in parts):
        raise ValueError("spaces and control characters have no place here")
    head = b"%b %b HTTP/1.1\r\nHost: %b\r\n" % tuple(parts)
    content = body.encode("utf-8")
    if content:
        head += b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n" % len(content)
    return head + b"\r\n" + content
