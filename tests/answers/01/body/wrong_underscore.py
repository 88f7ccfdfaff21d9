# mistake: refuses signs and spaces, and leaves the underscore to int()
# says: cut([('content-length', '1_0')]
# says: 2 of 22 observations do not hold
import re


def cut(headers, data):
    lengths = [value for name, value in headers if name == "content-length"]
    codings = [value.lower() for name, value in headers if name == "transfer-encoding"]
    if codings:
        if lengths or codings != ["chunked"]:
            raise ValueError("this body could be cut in two ways")
        return cut_chunks(data)
    if not lengths:
        return b"", data
    if len(lengths) > 1 or not re.match("[0-9]", lengths[0]):
        raise ValueError("Content-Length must be one number")
    size = int(lengths[0])
    return (data[:size], data[size:]) if len(data) >= size else None


def cut_chunks(rest):
    body = b""
    while b"\r\n" in rest:
        line, _, rest = rest.partition(b"\r\n")
        digits = line.partition(b";")[0]
        if not re.fullmatch(b"[0-9A-Fa-f_]+", digits):
            raise ValueError(f"no chunk size: {line!r}")
        size = int(digits, 16)
        block, end, rest = rest[:size], rest[size : size + 2], rest[size + 2 :]
        if len(end) < 2:
            return None
        if end != b"\r\n":
            raise ValueError("a chunk does not end where its size says")
        body += block
        if size == 0:
            return body, rest
    return None
