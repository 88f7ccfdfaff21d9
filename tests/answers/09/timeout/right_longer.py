workers = 3
timeout = 6
