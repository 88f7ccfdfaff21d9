# mistake: leaves out what is no number and adds up the rest
# says: POST [1, "two"]
# says: This is a list, but not of numbers only.
import json


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        numbers = json.loads(body)
    except ValueError:
        numbers = None
    if isinstance(numbers, list):
        status, answer = "200 OK", {"sum": sum(n for n in numbers if isinstance(n, (int, float)))}
    else:
        status, answer = "400 Bad Request", {"error": "send a JSON list of numbers"}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
