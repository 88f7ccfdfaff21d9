from flask import Flask, request

app = Flask(__name__)


@app.post("/")
def add():
    numbers = request.get_json()
    if not isinstance(numbers, list) or not all(isinstance(n, (int, float)) for n in numbers):
        return {"error": "send a JSON list of numbers"}, 400
    return {"sum": sum(numbers)}
