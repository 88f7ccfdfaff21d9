# mistake: the error is in the body, the status says that all is well
# says: POST one, two
# says: saw 200 OK
import json


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    try:
        numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        answer = {"sum": sum(numbers)}
    except Exception as error:
        answer = {"error": str(error)}
    return [json.dumps(answer).encode()]
