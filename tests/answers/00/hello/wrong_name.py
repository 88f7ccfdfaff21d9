# mistake: the function has another name
# says: hello.py has no name 'app'; it has hello
def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello!"]
