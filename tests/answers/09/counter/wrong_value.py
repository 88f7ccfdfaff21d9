# mistake: shares a multiprocessing.Value, which each worker makes for itself
# says: Each worker imports the file on its own, and makes a Value or a Manager of its own
from multiprocessing import Value

last = Value("i", 0)


def draw():
    with last.get_lock():
        last.value += 1
        return last.value


def look():
    return last.value


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
