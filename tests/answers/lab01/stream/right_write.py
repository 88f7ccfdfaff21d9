"""The write() callable of PEP 3333: old, but it streams, too."""
from warehouse import open_cursor


def app(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            write(row.encode() + b"\n")
    finally:
        cursor.close()
    return []
