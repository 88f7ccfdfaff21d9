# mistake: makes the two counts equal by changing the text
# says: the text 'Cafe creme: 2.80 EUR'
# says: Keep the text as the task gives it
def app(environ, start_response):
    text = "Cafe creme: 2.80 EUR"
    start_response("200 OK", [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
    ])
    return [text.encode()]
