# mistake: gthread with one thread
# says: GET / while a report is being made
# says: A gthread worker has as many hands as `threads` says
worker_class = "gthread"
threads = 1
timeout = 5
