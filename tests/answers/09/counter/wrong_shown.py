# mistake: puts words around the number
# says: 200 and a number
# says: The body is the number in digits, and nothing else
def draw():
    return "ticket 1"


def look():
    return "ticket 0"


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
