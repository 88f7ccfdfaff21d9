# mistake: nothing was mended
# says: under wsgiref
# says: raised KeyError in line
# says: Another server has given RAW_URI
from urllib.parse import parse_qs


def app(environ, start_response):
    path, _, query = environ["RAW_URI"].partition("?")
    text = environ["wsgi.input"].read().decode()
    status, answer = "200 OK", f"{text.upper()}\n" * int(parse_qs(query).get("times", ["1"])[0])
    if path != "/shout":
        status, answer = "404 Not Found", "I shout at /shout.\n"
    elif not text:
        status, answer = "400 Bad Request", "There is nothing to shout.\n"
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    headers.append(("X-Served-By", environ["SERVER_SOFTWARE"]))
    start_response(status, headers)
    return [answer.encode()]
