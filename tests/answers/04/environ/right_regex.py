import re


def make_environ(head, server):
    text = str(head, "latin-1")
    found = re.match(
        r"(?P<REQUEST_METHOD>\S+) (?P<path>[^? ]*)\??(?P<QUERY_STRING>\S*) (?P<SERVER_PROTOCOL>\S+)\r\n", text
    )
    environ = found.groupdict()
    path = environ.pop("path")
    environ["PATH_INFO"] = re.sub("%([0-9A-Fa-f]{2})", lambda hit: chr(int(hit[1], 16)), path)
    environ["SERVER_NAME"], environ["SERVER_PORT"] = server[0], str(server[1])
    environ["SCRIPT_NAME"] = ""
    for name, value in re.findall(r"^([^:\r\n]+):[ \t]*(.*?)[ \t]*\r$", text[found.end() :], re.M):
        key = "HTTP_" + name.upper().replace("-", "_")
        key = {"HTTP_CONTENT_TYPE": "CONTENT_TYPE", "HTTP_CONTENT_LENGTH": "CONTENT_LENGTH"}.get(key, key)
        environ[key] = ", ".join([environ[key], value] if key in environ else [value])
    return environ
