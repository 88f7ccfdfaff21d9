# mistake: guards the variable with a lock for threads
# says: A threading.Lock is seen by the threads of one process
import threading

lock = threading.Lock()
last = 0


def draw():
    global last
    with lock:
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
