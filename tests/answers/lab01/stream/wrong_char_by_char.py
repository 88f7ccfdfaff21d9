# mistake: a row is text, and a loop over text gives its characters
# says: blocks of one byte or character each
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    try:
        for row in cursor:
            for character in row + "\n":
                yield character.encode()
    finally:
        cursor.close()
