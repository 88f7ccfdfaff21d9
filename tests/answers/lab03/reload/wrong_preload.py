# mistake: the arbiter has loaded the application, and HUP does not load it again
# says: new workers answer with release 1.9
# says: Who has loaded the application: each worker, or the arbiter before it forks?
workers = 2
preload_app = True
