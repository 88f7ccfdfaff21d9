import re


def cut(headers, data):
    framing = [(name, value.lower()) for name, value in headers if name in ("content-length", "transfer-encoding")]
    if not framing:
        return b"", data
    if framing == [("transfer-encoding", "chunked")]:
        return cut_chunks(data)
    if len(framing) > 1 or not re.fullmatch("[0-9]+", framing[0][1]):
        raise ValueError("this body could be cut in two ways")
    size = int(framing[0][1])
    return (data[:size], data[size:]) if len(data) >= size else None


def cut_chunks(rest):
    body = b""
    while b"\r\n" in rest:
        line, _, rest = rest.partition(b"\r\n")
        digits = line.partition(b";")[0]
        if not re.fullmatch(b"[0-9A-Fa-f]+", digits):
            raise ValueError(f"no chunk size: {line!r}")
        size = int(digits, 16)
        block, end, rest = rest[:size], rest[size : size + 2], rest[size + 2 :]
        if not b"\r\n".startswith(end):
            raise ValueError("a chunk does not end where its size says")
        if size == 0 and end == b"\r\n":
            return body, rest
        body += block
    return None
