# mistake: answers with PATH_INFO as it is
# says: Each byte was taken for a letter: bytes of UTF-8, read as latin-1
def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = environ["PATH_INFO"]
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"This path is no UTF-8."]
    start_response("200 OK", headers)
    return [text.encode()]
