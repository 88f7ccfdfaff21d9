# mistake: draws a ticket for whoever looks
# says: GET only looks. What changes the number between the two requests?
import fcntl


def draw():
    with open("last.txt", "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        number = int(file.read() or 0) + 1
        file.truncate(0)
        file.write(str(number))
        return number


look = draw


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
