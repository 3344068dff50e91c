#!lua flags=allow-oom
-- Answers the head and the eras: from, base and server of each, oldest first.
return { head(), redis.call('HGET', M, 'eras') or '' }
