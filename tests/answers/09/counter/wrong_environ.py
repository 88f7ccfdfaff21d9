# mistake: keeps the number in the environment
# says: Each process has its own copy of the environment
import os


def draw():
    os.environ["LAST"] = str(look() + 1)
    return look()


def look():
    return int(os.environ.get("LAST", "0"))


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
