# mistake: leaves the exception to the server
# says: the application raised UnicodeDecodeError in line 4 of path.py
def app(environ, start_response):
    text = environ["PATH_INFO"].encode("latin-1").decode()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode()]
