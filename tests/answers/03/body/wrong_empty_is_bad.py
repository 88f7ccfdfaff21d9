# mistake: takes an empty list for no list
# says: POST []
# says: These are numbers, so there is a sum.
import json


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        total = sum(json.loads(body))
    except (TypeError, ValueError):
        total = 0
    status, answer = ("200 OK", {"sum": total}) if total else ("400 Bad Request", {"error": "no numbers"})
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
