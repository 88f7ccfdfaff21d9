# mistake: ASCII with replacement, so that nothing raises
# says: characters are lost: b'Sencha ??: 7\n'
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            yield row.encode("ascii", "replace") + b"\n"
    finally:
        cursor.close()
