from warehouse import open_cursor
from werkzeug.wrappers import Response


def app(environ, start_response):
    cursor = open_cursor()
    response = Response((f"{row}\n" for row in cursor), mimetype="text/plain")
    response.call_on_close(cursor.close)
    return response(environ, start_response)
