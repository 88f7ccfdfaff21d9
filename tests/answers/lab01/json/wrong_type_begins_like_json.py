# mistake: what begins with application/json is taken
# says: POST /orders as application/json-patch+json
# says: begins like JSON and is another type
import json

from catalogue import ITEMS


class Refused(Exception):
    pass


def read_order(environ):
    if not environ.get("CONTENT_TYPE", "").lower().startswith("application/json"):
        raise Refused("415 Unsupported Media Type", "send application/json")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        order = json.loads(body.decode())
    except ValueError as error:
        raise Refused("400 Bad Request", f"this is not JSON: {error}") from None
    if not isinstance(order, dict):
        raise Refused("400 Bad Request", "an order is an object")
    item, count = order.get("item"), order.get("count")
    if not isinstance(item, str) or item not in ITEMS:
        raise Refused("400 Bad Request", "no such item")
    if type(count) is not int or count < 1:
        raise Refused("400 Bad Request", "count is a whole number from 1")
    return item, count


def app(environ, start_response):
    try:
        item, count = read_order(environ)
        status, answer = "201 Created", {"item": item, "count": count, "total": ITEMS[item] * count}
    except Refused as refused:
        status, answer = refused.args[0], {"error": refused.args[1]}
    body = json.dumps(answer).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
