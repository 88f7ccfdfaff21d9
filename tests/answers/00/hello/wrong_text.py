# mistake: the starter as it is: text where bytes belong
# says: block 1 is a str: 'Hello!'
# says: write b'Hello!' or 'Hello!'.encode()
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["Hello!"]
