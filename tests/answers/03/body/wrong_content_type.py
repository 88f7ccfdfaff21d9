# mistake: JSON sent as plain text
# says: expected Content-Type: application/json
# says: saw Content-Type: text/plain
import json


def app(environ, start_response):
    numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps({"sum": sum(numbers)}).encode()]
