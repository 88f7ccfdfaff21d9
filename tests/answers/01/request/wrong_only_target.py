# mistake: looks at the target and trusts the host
# says: ✗ request('GET', '/tea', 'tea.example\r\nX-Role: admin')
# says: 2 of 11 observations do not hold
def request(method, target, host, body=""):
    for part in (method, target):
        if not part.isascii() or not part.isprintable() or " " in part:
            raise ValueError(f"{part!r} cannot stand in a request")
    data = body.encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    if data:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode() + data
