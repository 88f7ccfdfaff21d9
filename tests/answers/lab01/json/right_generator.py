import json

from catalogue import ITEMS

STATUS = {201: "201 Created", 400: "400 Bad Request", 415: "415 Unsupported Media Type"}


def decide(kind, body):
    if kind.split(";")[0].strip().casefold() != "application/json":
        return 415, {"error": "wrong type"}
    try:
        order = json.loads(str(body, "utf-8"))
        item, count = order["item"], order["count"]
        price = ITEMS[item]
    except (ValueError, TypeError, KeyError) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}
    if isinstance(count, bool) or not isinstance(count, int) or count <= 0:
        return 400, {"error": "count"}
    return 201, {"item": item, "count": count, "total": price * count}


def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or "0")
    code, answer = decide(environ.get("CONTENT_TYPE") or "", environ["wsgi.input"].read(length))
    start_response(STATUS[code], [("Content-Type", "application/json")])
    yield from (part.encode() for part in json.JSONEncoder().iterencode(answer))
