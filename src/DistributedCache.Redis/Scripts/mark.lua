#!lua flags=allow-oom
-- Invalidates a tag, a prefix, or everything in the partition.
-- ARGV  6 the field, 7 the same as the message's names
advance()
redis.call('HSET', M, ARGV[6], text(seq))
publish('M', 0, ARGV[7])
return { 'OK', head() }
