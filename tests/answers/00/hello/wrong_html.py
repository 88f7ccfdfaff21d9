# mistake: sent as HTML
# says: Content-Type: text/html
# says: The headers are the second thing that `start_response` is given.
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"Hello!"]
