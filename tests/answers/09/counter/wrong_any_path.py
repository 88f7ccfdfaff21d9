# mistake: answers on every path
# says: GET /tickets
# says: expected 404 Not Found
import sqlite3
from contextlib import closing

TABLE = "CREATE TABLE IF NOT EXISTS ticket (number INTEGER PRIMARY KEY AUTOINCREMENT)"


def app(environ, start_response):
    with closing(sqlite3.connect("tickets.db", timeout=10)) as database, database:
        database.execute(TABLE)
        if environ["REQUEST_METHOD"] == "POST":
            database.execute("INSERT INTO ticket DEFAULT VALUES")
            number = database.execute("SELECT last_insert_rowid()").fetchone()[0]
        else:
            number = database.execute("SELECT coalesce(max(number), 0) FROM ticket").fetchone()[0]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(number).encode()]
