from flask import Flask, Response

app = Flask(__name__)


def page(text):
    return lambda: Response(text, mimetype="text/plain")


app.add_url_rule("/", "home", page("Welcome"))
app.add_url_rule("/tea", "tea", page("Green tea"))
app.add_url_rule("/cake", "cake", page("Sold out"))
