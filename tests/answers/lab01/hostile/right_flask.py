"""Flask: the routes are its own, the questions are asked by hand."""
import re

from flask import Flask, Response, abort, jsonify, request

app = Flask(__name__)
notes = []


@app.get("/health")
def health():
    return "ok"


@app.get("/go")
def go():
    to = request.args.get("to", "")
    if not re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", to):
        abort(400)
    return Response(status=303, headers=[("Location", to)])


@app.get("/notes")
def show():
    return jsonify(notes)


@app.post("/notes")
def add():
    length = request.environ.get("CONTENT_LENGTH")
    if not length:
        abort(411)
    if int(length) > 4096:
        abort(413)
    body = request.environ["wsgi.input"].read(int(length))
    if len(body) != int(length):
        abort(400)
    try:
        notes.append(body.decode())
    except UnicodeDecodeError:
        abort(400)
    return "", 201
