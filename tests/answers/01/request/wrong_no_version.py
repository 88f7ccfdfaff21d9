# mistake: leaves the version out
# says: the request line GET /tea?cups=2 HTTP/1.1
# says: The first line has three parts
def request(method, target, host, body=""):
    for part in (method, target, host):
        if not part.isascii() or not part.isprintable() or " " in part:
            raise ValueError(f"{part!r} cannot stand in a request")
    data = body.encode()
    lines = [f"{method} {target}", f"Host: {host}"]
    if data:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode() + data
