from http import HTTPStatus

from flask import Flask, Response, request

app = Flask(__name__)


@app.route("/status/<int:code>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
def status(code):
    line = f"{code} {HTTPStatus(code).phrase}"
    text = f"{line} — {request.method}\n"
    return Response(text, status=line, headers={"X-Method": request.method}, mimetype="text/plain")
