# mistake: reads the file, adds one, writes it, and nobody is kept out meanwhile
# says: visitors at once
# says: Two workers read the same number before one of them had written
import os


def look():
    try:
        with open("last.txt") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def draw():
    number = look() + 1
    with open(f"last.{os.getpid()}", "w") as file:
        file.write(str(number))
    os.replace(f"last.{os.getpid()}", "last.txt")
    return number


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
