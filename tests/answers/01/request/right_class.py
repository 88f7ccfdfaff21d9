import string

ALLOWED = set(string.digits + string.ascii_letters + string.punctuation)


class BadPart(ValueError):
    pass


class Request:
    def __init__(self, method, target, host, body=""):
        self.first = " ".join([method, target, "HTTP/1.1"])
        self.body = bytes(body, "utf-8")
        self.headers = {"Host": host, "Connection": "close", "Content-Length": str(len(self.body))}
        if not set(method + target + host) <= ALLOWED:
            raise BadPart("a part of the head has a character that could end it")

    def __bytes__(self):
        head = self.first + "\r\n"
        for name, value in self.headers.items():
            head += f"{name}: {value}\r\n"
        return (head + "\r\n").encode("ascii") + self.body


def request(*parts):
    return bytes(Request(*parts))
