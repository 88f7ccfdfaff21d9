import re

CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n")
SIZE_SO_FAR = re.compile(rb"[0-9A-Fa-f]{0,8}(?:;[^\r\n]*)?\r?")


def cut(headers, data):
    fields = dict(headers)
    if len([name for name, _ in headers if name in ("content-length", "transfer-encoding")]) > 1:
        raise ValueError("conflicting headers")
    if "content-length" in fields:
        if not fields["content-length"].isdecimal():
            raise ValueError("not a number")
        size = int(fields["content-length"])
        if size > len(data):
            return None
        return [data[:size], data[size:]]
    if "transfer-encoding" not in fields:
        return [b"", data]
    if fields["transfer-encoding"].casefold() != "chunked":
        raise ValueError("unknown coding")
    blocks, place = [], 0
    while True:
        found = CHUNK.match(data, place)
        if not found:
            if SIZE_SO_FAR.fullmatch(data, place):
                return None
            raise ValueError("bad chunk")
        begin = found.end()
        place = begin + int(found[1], 16) + 2
        if not b"\r\n".startswith(data[place - 2 : place]):
            raise ValueError("chunk without an end")
        if len(data) < place:
            return None
        blocks.append(data[begin : place - 2])
        if not blocks[-1]:
            return [b"".join(blocks), data[place:]]
