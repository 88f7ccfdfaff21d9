# mistake: the starter as it is: text where bytes belong
# says: block 1 is a str: 'Hello!'
# says: gunicorn's own log says: `TypeError: 'Hello!' is not a byte`
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["Hello!"]
