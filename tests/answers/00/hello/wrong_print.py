# mistake: printed instead of returned
# says: it returned None
# says: add a return
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    print("Hello!")
