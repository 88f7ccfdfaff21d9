# mistake: checks that it is JSON, and not what it is
# says: POST {"a": 1}
# says: the application raised TypeError
import json


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        numbers = json.loads(body)
    except ValueError:
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"not JSON"]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"sum": sum(numbers)}).encode()]
