# mistake: takes keepalive for the limit of a request
# says: saw 500 Internal Server Error
# says: `keepalive` is how long a connection may be idle after an answer
workers = 2
timeout = 2
keepalive = 30
