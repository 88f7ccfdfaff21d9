# mistake: three threads, not processes
# says: saw no children
# says: saw 3 requests inside, in 1 process
import threading

from talk import talk


def work(listener, app):
    while True:
        connection, client = listener.accept()
        talk(connection, client, app)


def serve(listener, app):
    threads = [threading.Thread(target=work, args=(listener, app)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
