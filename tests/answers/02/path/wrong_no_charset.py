# mistake: names no charset
# says: saw Content-Type: text/plain
def app(environ, start_response):
    headers = [("Content-Type", "text/plain")]
    try:
        text = environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"This path is no UTF-8."]
    start_response("200 OK", headers)
    return [text.encode()]
