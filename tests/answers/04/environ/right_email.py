import email.parser
import urllib.parse


def make_environ(head, server):
    request_line, _, rest = head.partition(b"\r\n")
    method, target, version = request_line.decode("latin-1").split()
    target = urllib.parse.urlsplit(target)
    message = email.parser.Parser().parsestr(rest.decode("iso-8859-1"), headersonly=True)
    environ = dict(
        REQUEST_METHOD=method,
        SCRIPT_NAME="",
        PATH_INFO=urllib.parse.unquote(target.path, "iso-8859-1"),
        QUERY_STRING=target.query,
        SERVER_NAME=server[0],
        SERVER_PORT=f"{server[1]}",
        SERVER_PROTOCOL=version,
        CONTENT_TYPE=message.get("Content-Type", ""),
        CONTENT_LENGTH=message.get("Content-Length", "").strip(),
    )
    for name in message:
        if name.lower() not in ("content-type", "content-length"):
            values = [value.strip(" \t\r\n") for value in message.get_all(name)]
            environ["HTTP_" + name.upper().replace("-", "_")] = ", ".join(values)
    return environ
