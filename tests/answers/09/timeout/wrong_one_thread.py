# mistake: gthread with one thread
# says: GET / while two reports are being made
# says: A gthread worker has as many hands as `threads` says
worker_class = "gthread"
threads = 1
timeout = 5
