# mistake: nothing was written
# says: the answer is not written yet
def mount(apps):
    raise NotImplementedError
