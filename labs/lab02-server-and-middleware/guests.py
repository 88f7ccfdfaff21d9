"""Who is to be served: the shop of lab 01, a site made with Flask, one that streams and one that takes uploads.

`app` has them all: /flask/... goes to Flask, /rows and /upload to the functions here, and the rest to the shop.
"""

import hashlib
import json

import shop
from flask import Flask, jsonify, request

site = Flask(__name__)


@site.get("/flask/tea/<name>")
def tea(name):
    return jsonify(tea=name, cups=request.args.get("cups"), agent=request.headers.get("X-Agent"))


@site.post("/flask/order")
def order():
    return jsonify(request.form.to_dict()), 201


def rows(environ, start_response):
    """Three rows, each a block of its own; nobody has said how long they are together."""
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    for row in ("green tea: 12", "black tea: 4", "maté: 30"):
        yield f"{row}\n".encode()


def upload(environ, start_response):
    """Read the body piece by piece; answer with its size and its SHA-256."""
    source, size, digest = environ["wsgi.input"], 0, hashlib.sha256()
    left = int(environ.get("CONTENT_LENGTH") or 0)
    if not left and environ.get("wsgi.input_terminated"):  # the server promises that the input has an end
        left = 1 << 40
    while left and (piece := source.read(min(left, 65536))):
        digest.update(piece)
        size, left = size + len(piece), left - len(piece)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"size": size, "sha256": digest.hexdigest()}).encode()]


def app(environ, start_response):
    """All of them at once."""
    path = environ["PATH_INFO"]
    if path.startswith("/flask/"):
        return site(environ, start_response)
    return {"/rows": rows, "/upload": upload}.get(path, shop.app)(environ, start_response)
