import json


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        numbers = json.loads(body)
    except ValueError:
        numbers = None
    if isinstance(numbers, list) and all(type(n) in (int, float) for n in numbers):
        status, answer = "200 OK", {"sum": sum(numbers)}
    else:
        status, answer = "400 Bad Request", {"error": "send a JSON list of numbers"}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
