class Site:
    def __init__(self):
        self.routes = {}

    def route(self, path):
        return lambda function: self.routes.setdefault(path, function)

    def __call__(self, environ, start_response):
        function = self.routes.get(environ["PATH_INFO"], self.missing)
        status, text = function()
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [text.encode("utf-8")]

    def missing(self):
        return "404 Not Found", "nothing here"


app = Site()


@app.route("/")
def home():
    return "200 OK", "Welcome"


@app.route("/tea")
def tea():
    return "200 OK", "Green tea"


@app.route("/cake")
def cake():
    return "200 OK", "Sold out"
