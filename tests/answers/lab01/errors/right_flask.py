"""Flask: the first row in the view, the others in a generator; Flask's own log."""
from itertools import chain

from flask import Flask, Response
from warehouse import WarehouseError, open_cursor

app = Flask(__name__)


@app.errorhandler(WarehouseError)
def unavailable(error):
    app.logger.exception("warehouse")
    return Response("Please come back later.\n", 503, content_type="text/plain; charset=utf-8")


@app.get("/stock")
def stock():
    cursor = open_cursor()
    try:
        first = [row for row in [next(cursor, None)] if row is not None]
    except WarehouseError:
        cursor.close()
        raise
    response = Response((row + "\n" for row in chain(first, cursor)), content_type="text/plain; charset=utf-8")
    response.call_on_close(cursor.close)
    return response
