# mistake: bad input ends in an exception
# says: POST one, two
# says: the application raised JSONDecodeError in line 7
import json

def app(environ, start_response):
    numbers = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"sum": sum(numbers)}).encode()]
