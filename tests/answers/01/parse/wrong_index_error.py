# mistake: trusts that every line has its parts
# says: IndexError says that the function stumbled
# says: a request line of four parts
def parse(head):
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    parts = first.split()
    headers = []
    for line in lines:
        pair = line.split(":", 1)
        headers.append((pair[0].lower(), pair[1].strip()))
    return parts[0], parts[1], parts[2], headers
