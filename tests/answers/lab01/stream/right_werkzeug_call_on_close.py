"""Werkzeug's Response, told what to do when the server closes it."""
from warehouse import open_cursor
from werkzeug.wrappers import Request, Response


@Request.application
def app(request):
    cursor = open_cursor()
    response = Response((row + "\n" for row in cursor), content_type="text/plain; charset=utf-8")
    response.call_on_close(cursor.close)
    return response
