from warehouse import open_cursor


def app(environ, start_response):
    cursor = open_cursor()
    try:
        start_response("200 OK", [("Content-Type", "text/plain")])
        for row in cursor:
            yield f"{row}\n".encode()
    finally:
        cursor.close()
