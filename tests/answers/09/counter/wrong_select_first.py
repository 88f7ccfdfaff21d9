# mistake: asks the database for the last number, and writes one more in a second step
# says: visitors at once
# says: numbers came more than once
import sqlite3


def open_database():
    database = sqlite3.connect("tickets.db", timeout=10, isolation_level=None)
    database.execute("CREATE TABLE IF NOT EXISTS ticket (number INTEGER)")
    return database


def look():
    return open_database().execute("SELECT coalesce(max(number), 0) FROM ticket").fetchone()[0]


def draw():
    number = look() + 1
    open_database().execute("INSERT INTO ticket VALUES (?)", (number,))
    return number


TEXT = [("Content-Type", "text/plain")]


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket."]
    number = draw() if environ["REQUEST_METHOD"] == "POST" else look()
    start_response("200 OK", TEXT)
    return [str(number).encode()]
