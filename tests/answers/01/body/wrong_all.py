# mistake: takes all there is for the body
# says: Without Content-Length and Transfer-Encoding a request has no body
def cut(headers, data):
    return data, b""
