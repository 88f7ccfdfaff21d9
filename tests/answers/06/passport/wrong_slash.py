# mistake: a route with a slash at its end
# says: saw 308
# says: /passport, without a slash at the end
import os

from flask import Flask, request

app = Flask(__name__)


@app.get("/passport/")
def passport():
    return {"worker": os.getpid(), "server": request.environ.get("SERVER_SOFTWARE")}
