"""One small site: a page, a form, an upload, rows one by one, and an error. This one is made with Flask."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/hello/<name>")
def hello(name):
    return jsonify(name=name, cups=request.args.get("cups"), header=request.headers.get("X-Tea"))


@app.post("/form")
def form():
    return jsonify(request.form.to_dict())


@app.post("/upload")
def upload():
    return jsonify(size=len(request.get_data()))


@app.get("/rows")
def rows():
    return (f"row {number}\n" for number in range(3)), {"Content-Type": "text/plain"}


@app.get("/boom")
def boom():
    raise RuntimeError("on purpose")
