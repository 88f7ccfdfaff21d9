import sqlite3
from contextlib import closing

TEXT = [("Content-Type", "text/plain")]
TABLE = "CREATE TABLE IF NOT EXISTS ticket (number INTEGER PRIMARY KEY AUTOINCREMENT)"


def app(environ, start_response):
    if environ["PATH_INFO"] != "/ticket":
        start_response("404 Not Found", TEXT)
        return [b"The tickets are at /ticket.\n"]
    with closing(sqlite3.connect("tickets.db", timeout=10)) as database, database:
        database.execute(TABLE)
        if environ["REQUEST_METHOD"] == "POST":
            number = database.execute("INSERT INTO ticket DEFAULT VALUES").lastrowid
        else:
            number = database.execute("SELECT coalesce(max(number), 0) FROM ticket").fetchone()[0]
    start_response("200 OK", TEXT)
    return [b"%d" % number]
