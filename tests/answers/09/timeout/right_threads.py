# The main thread beats while a report is made, so the timeout can stay short: it only finds what is stuck.
threads = 4
timeout = 2
