# mistake: takes gunicorn's RAW_URI
# says: What follows the question mark is no part of the path
from urllib.parse import unquote


def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = unquote(environ["RAW_URI"], errors="strict")
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"no UTF-8"]
    start_response("200 OK", headers)
    return [text.encode()]
