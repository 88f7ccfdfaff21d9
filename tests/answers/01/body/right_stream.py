import io
import string


class Short(Exception):
    pass


class Reader(io.BytesIO):
    def take(self, size):
        data = self.read(size)
        if len(data) < size:
            raise Short
        return data

    def line(self):
        line = self.readline()
        if not line.endswith(b"\r\n"):
            raise Short
        return line[:-2]


def number(text, digits):
    if not text or not set(text) <= set(digits):
        raise ValueError(f"{text!r} is no size")
    return int(text, len(set(digits.lower())))


def cut(headers, data):
    reader = Reader(data)
    sizes = {value for name, value in headers if name == "content-length"}
    codings = [value for name, value in headers if name == "transfer-encoding"]
    if len(sizes) + len(codings) > 1:
        raise ValueError("two ways to find the end")
    try:
        if sizes:
            body = reader.take(number(sizes.pop(), string.digits))
        elif codings:
            if codings[0].lower() != "chunked":
                raise ValueError("unknown coding")
            body = b"".join(iter(lambda: chunk(reader), b""))
        else:
            body = b""
    except Short:
        return None
    return body, reader.read()


def chunk(reader):
    size = number(reader.line().decode("latin-1").split(";")[0].strip(), string.hexdigits)
    block = reader.take(size)
    if reader.take(2) != b"\r\n":
        raise ValueError("no line end after a chunk")
    return block
