# mistake: blames itself for bad input
# says: POST one, two
# says: saw 500 Internal Server Error
import json


def app(environ, start_response):
    try:
        numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        status, answer = "200 OK", {"sum": sum(numbers)}
    except Exception as error:
        status, answer = "500 Internal Server Error", {"error": str(error)}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
