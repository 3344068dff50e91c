#!lua flags=allow-oom
-- Announces the caller's versions, drops those not seen for a day, and answers the head, each version's floor and when it was
-- seen last, the number of fields, the whole hash where it has no more fields than asked for, and the eras.
-- ARGV  7 the most fields to answer whole, 8... versions
local now = tonumber(redis.call('TIME')[1])

-- When a version was seen last, in s, and its floor; nil where the field has no such thing.
local function read(version)
  local seen, since = string.match(redis.call('HGET', M, 'v:' .. version) or '', '^(%d+),(%d+)$')
  if since and tonumber(since) <= seq then return tonumber(seen), since end
end

for i = 8, #ARGV do
  if not enter(ARGV[i]) then
    local _, since = read(ARGV[i])
    redis.call('HSET', M, 'v:' .. ARGV[i], text(now) .. ',' .. (since or seqText))
  end
end

local kept, floors = {}, {}
for version in string.gmatch(versions, '[^,]+') do
  local seen, since = read(version)
  if seen and now - seen < 86400 then
    kept[#kept + 1] = version
    floors[#floors + 1] = version .. '=' .. since .. '@' .. text(seen)
  else
    redis.call('HDEL', M, 'v:' .. version)
  end
end

if table.concat(kept, ',') ~= versions then redis.call('HSET', M, 'versions', table.concat(kept, ',')) end
local count = redis.call('HLEN', M)
return { head(), table.concat(floors, ','), count, count <= tonumber(ARGV[7]) and redis.call('HGETALL', M) or {}, redis.call('HGET', M, 'eras') or '' }
