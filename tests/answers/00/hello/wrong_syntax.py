# mistake: the colon after the first line is missing
# says: hello.py is not valid Python
# says: a colon may be missing
def app(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello!"]
