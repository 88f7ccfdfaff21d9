# mistake: the status is a number
# says: the status is an int: 200
def app(environ, start_response):
    start_response(200, [("Content-Type", "text/plain")])
    return [b"Hello!"]
