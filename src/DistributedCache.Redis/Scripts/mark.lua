#!lua flags=allow-oom
-- Invalidates a tag, a prefix, or everything in the partition.
-- ARGV  6 the field, 7 the same as the message's names
advance(ARGV[6])
publish('M', '0', ARGV[7])
return { 'OK', head() }
