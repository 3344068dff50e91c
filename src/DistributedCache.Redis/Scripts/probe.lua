#!lua flags=allow-oom
-- Tries what the other scripts do, on a name that is gone at the end.
-- KEYS 1 that name. ARGV 1 a channel nobody listens to
-- Answers the version, whether there are a replication id and numbers of 64 bits, and the errors of a stream and of a shard's channel,
-- empty where there is none.
-- It begins with a write that takes no memory: without flags, a script that has written already is refused none.
redis.call('UNLINK', KEYS[1])
local now = redis.call('TIME')
redis.call('SET', KEYS[1], struct.pack('<i8', bit.bor(tonumber(now[2]), 1)), 'PX', 60000)
redis.call('SET', KEYS[1], '', 'KEEPTTL')
redis.call('UNLINK', KEYS[1])

local function try(...)
  local answer = redis.pcall(...)
  return type(answer) == 'table' and answer.err or ''
end

local streams = try('XADD', KEYS[1], 'MAXLEN', '~', 1, '1-0', 'm', '')
if streams == '' then streams = try('XRANGE', KEYS[1], '1-0', '+', 'COUNT', 1) end
redis.call('UNLINK', KEYS[1])

local function told(section, pattern)
  local info = redis.pcall('INFO', section)
  return type(info) == 'string' and string.match(info, pattern) or ''
end

-- A server that doesn't replicate has zeros for its id.
local run = string.gsub(told('replication', 'master_replid:(%w+)'), '0', '')
local version = string.gsub(told('server', '%w+_version:[^\r\n]+'), '_version:', ' ')
local long = struct.unpack('<i8', struct.pack('<i8', 2 ^ 52)) == 2 ^ 52
return { version, run ~= '' and 1 or 0, long and 1 or 0, streams, try('SPUBLISH', ARGV[1], '') }
