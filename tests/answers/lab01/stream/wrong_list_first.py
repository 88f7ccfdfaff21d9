# mistake: all rows are collected before the first is sent
# says: the warehouse was asked for row 2 before row 1 had reached the client
# says: What was returned is a list. It is full before the server sees it.
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        return [row.encode() + b"\n" for row in cursor]
    finally:
        cursor.close()
