#!lua flags=allow-oom
-- Invalidates a tag, a prefix, or everything in the partition.
-- ARGV  7 the field, 8 the same as the message's names
local kind, names, field, rest = 'M', ARGV[8], ARGV[7], ''
