# mistake: a second worker, and the two reports have both
# says: GET / while two reports are being made
# says: saw no answer until they were finished
# says: Two requests can be inside at once here, and both are reports
workers = 2
timeout = 6
