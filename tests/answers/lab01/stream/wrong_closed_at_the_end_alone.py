# mistake: close() stands after the loop, and is not reached when the client leaves
# says: the client went away after row 1
# says: What stands after your loop never runs.
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    for row in cursor:
        yield row.encode() + b"\n"
    cursor.close()
