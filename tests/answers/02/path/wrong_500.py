# mistake: answers with 500
# says: saw 500 and the text 'This path is no UTF-8.'
def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        start_response("500 Internal Server Error", headers)
        return [b"This path is no UTF-8."]
    start_response("200 OK", headers)
    return [text.encode()]
