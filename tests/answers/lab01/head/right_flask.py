"""Flask: make_conditional knows about tags."""
from flask import Flask, Response, abort, request
from menu import page

app = Flask(__name__)


@app.get("/", defaults={"name": ""})
@app.get("/<path:name>")
def show(name):
    text = page("/" + name)
    if text is None:
        abort(404)
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.add_etag()
    return response.make_conditional(request)
