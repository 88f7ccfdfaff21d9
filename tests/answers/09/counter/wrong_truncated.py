# mistake: opens the file for writing, which empties it before anything is known
# says: got no number: the application raised ValueError
# says: What does one get who comes while another one writes?
import time


def look():
    try:
        with open("last.txt") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def draw():
    number = look() + 1
    with open("last.txt", "w") as file:
        time.sleep(0.001)
        file.write(str(number))
    return number


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
