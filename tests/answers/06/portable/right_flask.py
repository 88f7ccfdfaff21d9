from flask import Flask, request

app = Flask(__name__)


@app.post("/shout")
def shout():
    text = request.get_data(as_text=True)
    if not text:
        return "There is nothing to shout.\n", 400
    return f"{text.upper()}\n" * request.args.get("times", 1, type=int), {"Content-Type": "text/plain"}


@app.after_request
def sign(response):
    response.headers["X-Served-By"] = request.environ.get("SERVER_SOFTWARE", "unknown")
    return response
