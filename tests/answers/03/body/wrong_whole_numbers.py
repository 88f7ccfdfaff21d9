# mistake: cuts fractions off
# says: POST [2.5, 4]
# says: Fractions count too.
import json


def app(environ, start_response):
    numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"sum": sum(int(n) for n in numbers)}).encode()]
