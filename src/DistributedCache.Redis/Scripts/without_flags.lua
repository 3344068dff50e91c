-- Without flags, a script is refused memory only until it has written: this writes nothing, and counts.
redis.call('HDEL', KEYS[1], '')
