# mistake: splits chunks at line ends
# says: A chunk may have line ends in it
def cut(headers, data):
    names = dict(headers)
    if "transfer-encoding" in names:
        body = b""
        lines = data.split(b"\r\n")
        for size, block in zip(lines[::2], lines[1::2]):
            if size == b"0":
                break
            body += block
        return body, data.partition(b"0\r\n\r\n")[2]
    size = int(names.get("content-length", 0))
    return data[:size], data[size:]
