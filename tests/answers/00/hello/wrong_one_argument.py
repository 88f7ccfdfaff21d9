# mistake: written as for a framework, with one argument
# says: the server can call app(environ, start_response)
# says: two arguments, in this order
def app(request):
    return [b"Hello!"]
