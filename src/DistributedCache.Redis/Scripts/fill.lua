#!lua
-- Stores what loads brought, each only if its lease is still the load's own: an invalidation since has voided it.
-- KEYS  3... for each entry its key and its lease
-- ARGV  7... for each entry: its key's name for the wake, the token, its time to live in ms, its envelope
-- Answers a 1 or a 0 for each.
local stored, woken = {}, {}
for i = 0, (#KEYS - 2) / 2 - 1 do
  local entry, lease, at = KEYS[3 + i * 2], KEYS[4 + i * 2], 7 + i * 4
  local holder = redis.call('GET', lease)
  if holder and string.sub(holder, 1, #ARGV[at + 1]) == ARGV[at + 1] then
    redis.call('SET', entry, ARGV[at + 3], 'PX', ARGV[at + 2])
    redis.call('UNLINK', lease)
    stored[i + 1] = '1'
    if string.sub(holder, -1) == 'w' then woken[#woken + 1] = #ARGV[at] .. ':' .. ARGV[at] end
  else
    stored[i + 1] = '0'
  end
end
if #woken > 0 then
  redis.call('SPUBLISH', ARGV[4], 'W ' .. incText .. ' ' .. baseText .. ' 0 0 0\n' .. table.concat(woken))
end
return table.concat(stored)
