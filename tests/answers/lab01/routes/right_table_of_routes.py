"""A table of patterns; what is taken from the catalogue is taken once, when the module is imported."""

import re

from catalogue import ITEMS

PRICES = {name.encode().decode("latin-1"): str(price).encode() for name, price in ITEMS.items()}
LIST = "\n".join(sorted(ITEMS)).encode() + b"\n"


def front(match):
    return LIST


def item(match):
    return PRICES.get(match["name"])


ROUTES = [(re.compile(r"/\Z"), front), (re.compile(r"/items/(?P<name>[^/]+)\Z"), item)]


def app(environ, start_response):
    status, headers, body = "404 Not Found", [], b"404\n"
    for pattern, view in ROUTES:
        match = pattern.match(environ["PATH_INFO"])
        found = view(match) if match else None
        if found is not None:
            if environ["REQUEST_METHOD"] == "GET":
                status, body = "200 OK", found
            else:
                status, headers, body = "405 Method Not Allowed", [("Allow", "GET")], b""
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
    return [body]
