# mistake: bytes, but not in a list
# says: it returned a bytes: b'Hello!'
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return b"Hello!"
