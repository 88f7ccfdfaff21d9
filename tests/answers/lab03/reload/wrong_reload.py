# mistake: lets gunicorn watch the files, and it does not wait for the second one
# says: a worker that started has loaded half a release, and gunicorn gives up
# says: Who told a worker to begin anew in the middle?
workers = 2
reload = True
