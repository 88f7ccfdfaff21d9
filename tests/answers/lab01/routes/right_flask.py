from catalogue import ITEMS
from flask import Flask, Response, abort

app = Flask(__name__)


@app.get("/")
def names():
    return Response("\n".join(sorted(ITEMS)), mimetype="text/plain")


@app.get("/items/<name>")
def price(name):
    if name not in ITEMS:
        abort(404)
    return Response(f"{ITEMS[name]}\n", mimetype="text/plain")


@app.route("/items/<name>", methods=["POST", "PUT", "PATCH", "DELETE"])
def no_change(name):
    abort(405, valid_methods=["GET"]) if name in ITEMS else abort(404)
