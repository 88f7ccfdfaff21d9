# mistake: another name than gunicorn's: one worker, and nobody says so
# says: gunicorn has no setting `worker`, and says nothing about it; did you mean `workers`?
worker = 4
timeout = 60
