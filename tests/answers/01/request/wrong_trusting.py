# mistake: puts whatever it is given into the head
# says: request('GET', '/tea\r\nX-Role: admin'
# says: A space or a line end inside a part makes two parts of it
def request(method, target, host, body=""):
    data = body.encode()
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    if data:
        lines.append(f"Content-Length: {len(data)}")
    return "\r\n".join([*lines, "", ""]).encode() + data
