# mistake: leaves out what it cannot read
# says: saw 200 and the text '/tea/'
def app(environ, start_response):
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    try:
        text = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
    except UnicodeDecodeError:
        start_response("400 Bad Request", headers)
        return [b"This path is no UTF-8."]
    start_response("200 OK", headers)
    return [text.encode()]
