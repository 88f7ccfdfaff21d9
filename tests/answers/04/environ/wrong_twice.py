# mistake: keeps the last of two headers
# says: A header may come twice.
from urllib.parse import unquote_to_bytes


def make_environ(head, server):
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": version,
    }
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        value = value.strip(" \t")
        environ[key] = value
    return environ
