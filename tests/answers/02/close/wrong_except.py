# mistake: closes it after the end and after an error, and forgets the visitor
# says: Nobody asks for the rest of the rows now, so a loop that waits
# says: 1 of 7 observations does not hold
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    start_response("200 OK", [("Content-Type", "text/plain")])
    try:
        for row in cursor:
            yield f"{row}\n".encode()
    except Exception:
        cursor.close()
        raise
    cursor.close()
