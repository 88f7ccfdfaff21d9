"""Flask streams what a generator gives."""
from flask import Flask, Response
from warehouse import open_cursor

app = Flask(__name__)


@app.get("/stock")
def stock():
    def lines():
        cursor = open_cursor()
        try:
            for row in cursor:
                yield row + "\n"
        finally:
            cursor.close()

    return Response(lines(), content_type="text/plain; charset=utf-8")
