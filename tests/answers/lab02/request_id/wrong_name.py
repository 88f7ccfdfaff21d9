# mistake: the function has another name
# says: request_id
# says: cannot import name
def add_request_id(app):
    return app
