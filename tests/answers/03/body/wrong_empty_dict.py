# mistake: adds up whatever can be added up
# says: POST {}
# says: expected 400 Bad Request
# says: This is JSON, but no list.
import json


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        status, answer = "200 OK", {"sum": sum(json.loads(body))}
    except (ValueError, TypeError):
        status, answer = "400 Bad Request", {"error": "send a JSON list of numbers"}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
