# mistake: one byte more than CONTENT_LENGTH is read
# says: the body is read with CONTENT_LENGTH bytes and no more
from urllib.parse import parse_qs

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    if environ["PATH_INFO"] == "/search":
        fields = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        lines = ["q=" + fields.get("q", [""])[0], *("tag=" + tag for tag in fields.get("tag", []))]
    else:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        fields = parse_qs(environ["wsgi.input"].read(size + 1).decode(), keep_blank_values=True)
        item = fields.get("item", [""])[0]
        if not item:
            start_response("400 Bad Request", TEXT)
            return [b"item is missing\n"]
        extras = ["extra=" + extra for extra in fields.get("extra", [])]
        lines = ["item=" + item, *extras, "note=" + fields.get("note", [""])[0]]
    start_response("200 OK", TEXT)
    return ["".join(line + "\n" for line in lines).encode()]
