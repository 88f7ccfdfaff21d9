# mistake: mends bad parts in silence
# says: it returned b'GET /teaX-Role:%20admin HTTP/1.1
def request(method, target, host, body=""):
    method, target, host = (part.replace("\r", "").replace("\n", "").replace(" ", "%20") for part in (method, target, host))
    data = body.encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    if data:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode() + data
