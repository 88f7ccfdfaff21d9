# mistake: leaves out lines that it does not understand
# says: parse() of a line without a colon
# says: parse() of a space before the colon
import re

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def parse(head):
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not re.fullmatch(r"HTTP/1\.\d", parts[2]):
        raise ValueError(f"no request line: {first!r}")
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not NAME.fullmatch(name) or CONTROL.search(value):
            continue
        headers.append((name.lower(), value.strip(" \t")))
    return (*parts, headers)
