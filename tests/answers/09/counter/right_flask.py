import sqlite3

from flask import Flask

app = Flask(__name__)

with sqlite3.connect("shop.db", timeout=10) as setup:
    setup.execute("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL)")
    setup.execute("INSERT OR IGNORE INTO counter VALUES (1, 0)")


@app.post("/ticket")
def draw():
    with sqlite3.connect("shop.db", timeout=10) as database:
        database.execute("UPDATE counter SET last = last + 1")
        return str(database.execute("SELECT last FROM counter").fetchone()[0])


@app.get("/ticket")
def look():
    with sqlite3.connect("shop.db", timeout=10) as database:
        return str(database.execute("SELECT last FROM counter").fetchone()[0])
