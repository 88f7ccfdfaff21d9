# mistake: the inner function is not returned
# says: request_id(app) returned None, which is no application
# says: A middleware gives back an application
def request_id(app):
    def wrapped(environ, start_response):
        environ["request.id"] = "1"
        return app(environ, start_response)
