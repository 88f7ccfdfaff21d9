# mistake: turns other servers away
# says: under wsgiref
# says: saw 501
# says: On what does the application decide?
from urllib.parse import parse_qs


def app(environ, start_response):
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    status, answer = "200 OK", f"{text.upper()}\n" * int(parse_qs(query).get("times", ["1"])[0])
    if path != "/shout":
        status, answer = "404 Not Found", "I shout at /shout.\n"
    elif not text:
        status, answer = "400 Bad Request", "There is nothing to shout.\n"
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    headers.append(("X-Served-By", environ.get("SERVER_SOFTWARE", "unknown")))
    if not environ.get("SERVER_SOFTWARE", "").startswith("gunicorn"):
        status = "501 Not Implemented"
    start_response(status, headers)
    return [answer.encode()]
