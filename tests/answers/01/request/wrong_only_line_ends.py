# mistake: thinks of line ends and spaces, and of no other control character
# says: ✗ request('GET', '/tea\x00', 'tea.example:8000')
# says: 3 of 11 observations do not hold
def request(method, target, host, body=""):
    for part in (method, target, host):
        if not part.isascii() or any(sign in part for sign in " \r\n"):
            raise ValueError(f"{part!r} cannot stand in a request")
    data = body.encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    if data:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode() + data
