# mistake: decodes the query
# says: the application decodes it
from urllib.parse import unquote, unquote_to_bytes


def make_environ(head, server):
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": unquote(query),
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
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    return environ
