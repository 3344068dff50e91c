#!lua flags=allow-oom
-- Forgets tags and prefixes not invalidated since the cut: what is absent counts as the floor, which rises to it.
-- ARGV  7 the incarnation they were read in, 8 the cut, 9... fields
local cut = tonumber(ARGV[8])
if tonumber(ARGV[7]) ~= inc or cut > seq then return 0 end
local dropped = 0
for i = 9, #ARGV do
  local number = redis.call('HGET', M, ARGV[i])
  if number and tonumber(number) <= cut then dropped = dropped + redis.call('HDEL', M, ARGV[i]) end
end
redis.call('HSET', M, 'floor', text(math.max(floor, cut)))
return dropped
