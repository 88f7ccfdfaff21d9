# mistake: sends the number alone
# says: This is JSON, and the task asks for a dict with one key, `sum`.
import json


def app(environ, start_response):
    numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(sum(numbers)).encode()]
