# mistake: the stub
# says: the answer is not written yet
def serve(listener, app):
    raise NotImplementedError
