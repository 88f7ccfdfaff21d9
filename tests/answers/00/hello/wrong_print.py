# mistake: printed instead of returned
# says: it returned None
# says: gunicorn's own log says: `TypeError: 'NoneType' object is not iterable`
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    print("Hello!")
