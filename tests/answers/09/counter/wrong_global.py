# mistake: counts in a variable of the module
# says: How many processes have imported this file, and how many variables are there?
last = 0


def draw():
    global last
    last += 1
    return last


def look():
    return last


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
