# mistake: a bare except catches GeneratorExit and the generator goes on
# says: close() of the iterable works whenever the server calls it
from warehouse import open_cursor


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    cursor = open_cursor()
    for row in cursor:
        try:
            yield row.encode() + b"\n"
        except:
            cursor.close()
            yield b"(cancelled)\n"
    cursor.close()
