# mistake: the body is split as bytes, and its bytes are put into the text as they are
# says: item=b'mat%C3%A9'
# says: a value was bytes, and was put into text as it is
from urllib.parse import parse_qs

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def app(environ, start_response):
    if environ["PATH_INFO"] == "/search":
        fields = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        lines = [f"q={fields.get('q', [''])[0]}", *(f"tag={tag}" for tag in fields.get("tag", []))]
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        pairs = [part.split(b"=") for part in body.split(b"&") if part]
        items = [value for name, value in pairs if name == b"item"]
        if not items or not items[0]:
            start_response("400 Bad Request", TEXT)
            return [b"item is missing\n"]
        notes = [value for name, value in pairs if name == b"note"] or [""]
        extras = [f"extra={value}" for name, value in pairs if name == b"extra"]
        lines = [f"item={items[0]}", *extras, f"note={notes[0]}"]
    start_response("200 OK", TEXT)
    return ["".join(line + "\n" for line in lines).encode()]
