# mistake: another text than the task's
# says: expected the text Hello!
# says: the text 'Hello, world!'
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, world!"]
