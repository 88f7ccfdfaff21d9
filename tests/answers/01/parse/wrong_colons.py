# mistake: parts the value at its colons too
# says: ('host', 'tea.example')
# says: A value may have colons itself
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
        name, value = line.split(":")[:2]
        colon = ":"
        if not colon or not NAME.fullmatch(name) or CONTROL.search(value):
            raise ValueError(f"no header: {line!r}")
        headers.append((name.lower(), value.strip(" \t")))
    return (*parts, headers)
