from flask import Flask, Response

from warehouse import open_cursor

app = Flask(__name__)


@app.get("/")
def stock():
    return Response((f"{row}\n" for row in open_cursor()), mimetype="text/plain")
