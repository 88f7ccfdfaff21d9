# mistake: counts threads over all workers; a gthread worker with two reports still takes the third visitor
# says: saw it waits when it comes to the worker that makes both
# says: A gthread worker takes a connection also when its threads are busy
workers = 2
threads = 2
timeout = 6
