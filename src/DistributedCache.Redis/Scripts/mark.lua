#!lua flags=allow-oom
-- Invalidates a tag, a prefix, or everything in the partition.
-- ARGV  7 the field, 8 the same as the message's names
advance(ARGV[7])
publish('M', '0', ARGV[8])
return { 'OK', head() }
