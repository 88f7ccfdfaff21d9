# mistake: takes for granted that there is a CONTENT_LENGTH
# says: POST without a body
# says: the application raised KeyError in line 8 of body.py: 'CONTENT_LENGTH'
import json


def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    try:
        answer, status = {"sum": sum(n + 0 for n in json.loads(body))}, "200 OK"
    except (TypeError, ValueError):
        answer, status = {"error": "send a JSON list of numbers"}, "400 Bad Request"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
