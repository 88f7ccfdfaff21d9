# mistake: answers with the target as it was sent
# says: The visitor's program has written the path with percent signs
def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = environ["RAW_URI"]
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"This path is no UTF-8."]
    start_response("200 OK", headers)
    return [text.encode()]
