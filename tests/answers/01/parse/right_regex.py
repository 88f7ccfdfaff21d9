import re

HEAD = re.compile(rb"([A-Z]+) ([!-~]+) (HTTP/1\.[01])\r\n((?:[\w-]+:[\t -~\x80-\xff]*\r\n)*)\r\n")
LINE = re.compile(r"([\w-]+):[ \t]*(.*?)[ \t]*\r\n")


class BadRequest(ValueError):
    pass


def parse(head):
    found = HEAD.fullmatch(head)
    if found is None:
        raise BadRequest("this is no request that we read")
    method, target, version, lines = (part.decode("latin-1") for part in found.groups())
    return method, target, version, [(name.lower(), value) for name, value in LINE.findall(lines)]
