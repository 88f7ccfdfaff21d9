# mistake: empties the file whenever a worker starts
# says: after all workers were killed and replaced
# says: What a worker has in its memory ends with it
import fcntl

open("last.txt", "w").close()


def locked(by):
    with open("last.txt", "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        number = int(file.read() or 0) + by
        file.seek(0)
        file.truncate()
        file.write(str(number))
        return number


def draw():
    return locked(1)


def look():
    return locked(0)


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
