# mistake: start_response is called after the first yield
# says: start_response is called before the first block of the body
# says: call start_response before the first yield
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    try:
        started = False
        for row in cursor:
            yield row.encode() + b"\n"
            if not started:
                start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
                started = True
    finally:
        cursor.close()
