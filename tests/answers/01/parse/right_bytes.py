TOKEN = set(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def parse(head: bytes):
    if not head.endswith(b"\r\n\r\n"):
        raise ValueError("the head has no end")
    request_line, *rows = head[:-4].split(b"\r\n")
    for row in (request_line, *rows):
        if any(byte < 32 and byte != 9 or byte == 127 for byte in row):
            raise ValueError("control character")
    try:
        method, target, version = request_line.split(b" ")
    except ValueError:
        raise ValueError("the request line does not have three parts") from None
    if version not in (b"HTTP/1.0", b"HTTP/1.1") or not target:
        raise ValueError("not our version")
    found = []
    for row in rows:
        where = row.find(b":")
        if where < 1 or not set(row[:where]) <= TOKEN:
            raise ValueError("bad header")
        name, value = row[:where], row[where + 1 :]
        found.append([str(name, "latin-1").lower(), str(value, "latin-1").strip(" \t")])
    return [str(method, "latin-1"), str(target, "latin-1"), str(version, "latin-1"), found]
