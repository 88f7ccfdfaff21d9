# mistake: reads without saying how much
# says: under wsgiref
# says: the application reads on after the body's last byte
import json


def app(environ, start_response):
    try:
        answer, status = {"sum": sum(json.loads(environ["wsgi.input"].read()))}, "200 OK"
    except (TypeError, ValueError):
        answer, status = {"error": "send a JSON list of numbers"}, "400 Bad Request"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
