# mistake: takes gunicorn's RAW_URI without the query
# says: under wsgiref
# says: RAW_URI and REQUEST_URI are not in PEP 3333
from urllib.parse import unquote


def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = unquote(environ.get("RAW_URI", "/").partition("?")[0], errors="strict")
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"no UTF-8"]
    start_response("200 OK", headers)
    return [text.encode()]
