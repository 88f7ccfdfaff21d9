# mistake: writes a dict as Python shows it
# says: "{'sum': 6}", which is no JSON
# says: JSON has double quotes
import json


def app(environ, start_response):
    numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [str({"sum": sum(numbers)}).encode()]
