from flask import Flask, Response, abort, request

app = Flask(__name__)


@app.get("/search")
def search():
    lines = ["q=" + request.args.get("q", "")] + ["tag=" + tag for tag in request.args.getlist("tag")]
    return Response("\n".join(lines), mimetype="text/plain")


@app.post("/order")
def order():
    form = request.form
    if not form.get("item"):
        abort(400)
    lines = ["item=" + form["item"], *("extra=" + extra for extra in form.getlist("extra"))]
    return Response("\n".join([*lines, "note=" + form.get("note", "")]), mimetype="text/plain")
