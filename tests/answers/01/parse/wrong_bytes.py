# mistake: leaves everything bytes
# says: The parts of the head are text: decode them
# says: bytes: (b'GET'
def parse(head):
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    method, target, version = first.split(b" ")
    return method, target, version, [tuple(line.split(b": ", 1)) for line in lines]
