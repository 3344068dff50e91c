#!lua
-- Stores a primary value. Numbered, so that other nodes' memory follows, unless no node may hold the old or the new one.
-- KEYS  3 the value
-- ARGV  7 the key's name for the message, 8 ms to live, 9 '1' to store only where nothing is, 10 the envelope (empty where the value is in
--       its node's memory alone)
local isString, header = pcall(redis.call, 'GETRANGE', KEYS[3], 0, 1)
if ARGV[9] == '1' and redis.call('EXISTS', KEYS[3]) == 1 then return 'NO' end
if #ARGV[10] > 0 then redis.call('SET', KEYS[3], ARGV[10], 'PX', ARGV[8]) else redis.call('UNLINK', KEYS[3]) end

-- 4 among the flags, the second byte: never in a node's memory.
local function never(bytes) return #bytes >= 2 and string.byte(bytes, 1) == 1 and bit.band(string.byte(bytes, 2), 4) ~= 0 end
if isString and never(header) and never(ARGV[10]) then return 'PLAIN' end
local kind, names, field, rest = 'S', ARGV[7], nil, ''
