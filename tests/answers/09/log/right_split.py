def number(words):
    return int(words.partition("(pid:")[2].partition(")")[0])


def what_happened(log):
    events = []
    for line in log.splitlines():
        parts = line.split("] ", 3)
        if len(parts) != 4 or not line.startswith("["):
            continue
        _, writer, level, words = parts
        if level == "[CRITICAL" and words.startswith("WORKER TIMEOUT"):
            events.append(["timeout", number(words)])
        elif words.startswith("Worker (pid:") and "exited with code 3" in words:
            events.append(["boot", number(words)])
        elif words.startswith("Worker (pid:") and " was sent SIG" in words and "SIGTERM" not in words:
            if ["timeout", number(words)] not in events:
                events.append(["killed", number(words)])
        elif words.startswith("Hang up:"):
            events.append(["reload", int(writer.strip("["))])
    return [tuple(event) for event in events]
