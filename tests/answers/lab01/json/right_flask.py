from catalogue import ITEMS
from flask import Flask, jsonify, request
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

app = Flask(__name__)


@app.errorhandler(HTTPException)
def as_json(error):
    return jsonify(error=error.description), error.code


@app.post("/orders")
def orders():
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("JSON, please")
    order = request.get_json()
    if not isinstance(order, dict):
        raise BadRequest("an object, please")
    item, count = order.get("item"), order.get("count")
    if not isinstance(item, str) or item not in ITEMS:
        raise BadRequest("no such item")
    if type(count) is not int or count < 1:
        raise BadRequest("count is 1 or more")
    return jsonify(item=item, count=count, total=count * ITEMS[item]), 201
