# mistake: nothing written yet
# says: the answer is not written yet
def serve(listener, app):
    raise NotImplementedError
