# mistake: closes it below the loop
# says: An exception leaves a loop at once
# says: Nobody asks for the rest of the rows now
from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    start_response("200 OK", [("Content-Type", "text/plain")])
    for row in cursor:
        yield f"{row}\n".encode()
    cursor.close()
