# mistake: unquotes once more
# says: A second time makes another path of it: /A
from urllib.parse import unquote_to_bytes


def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = unquote_to_bytes(environ["PATH_INFO"].encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"This path is no UTF-8."]
    start_response("200 OK", headers)
    return [text.encode()]
