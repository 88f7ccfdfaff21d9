import os

from flask import Flask, request

app = Flask(__name__)


@app.get("/passport")
def passport():
    environ = request.environ
    return {
        "worker": os.getpid(),
        "server": environ.get("SERVER_SOFTWARE"),
        "scheme": request.scheme,
        "threads": request.is_multithread,
        "processes": request.is_multiprocess,
        "host": request.host,
    }
