#!lua
-- For each key: an entry if there is another than the rejected one, fresh and not cleared; else the lease, or how long its
-- holder has, whose end is then told.
-- KEYS  3... for each key its entry and its lease
-- ARGV  7 the version, 8 the caller's Unix ms, 9 the lease's ms, 10 the field of the tenant's clear,
--       11... for each key: the token, the rejected entry's id (8 bytes, or empty)
-- Answers the head, then for each key 'E' and the entry, 'G' granted, or 'H' and the holder's ms.
enter(ARGV[7])
local clears = redis.call('HMGET', M, '*', ARGV[10])
-- One that is no number has taken the place of an unknown one.
local clear = math.max(tonumber(clears[1] or 0) or seq, tonumber(clears[2] or 0) or seq)
local answers = { head() }

local function serves(entry, rejected)
  local isString, header = pcall(redis.call, 'GETRANGE', entry, 0, 39)
  if not isString or #header < 40 or string.byte(header, 1) ~= 1 or bit.band(string.byte(header, 2), 2) ~= 0 then return false end
  if string.sub(header, 9, 16) == rejected then return false end
  local incarnation, number, fresh = struct.unpack('<i8i8i8', string.sub(header, 17, 40))
  return incarnation == inc and number >= clear and fresh > tonumber(ARGV[8])
end

for i = 0, (#KEYS - 2) / 2 - 1 do
  local entry, lease, token, rejected = KEYS[3 + i * 2], KEYS[4 + i * 2], ARGV[11 + i * 2], ARGV[12 + i * 2]
  local holder = redis.call('GET', lease)
  if serves(entry, rejected) then
    answers[i + 2] = 'E' .. redis.call('GET', entry)
  elseif holder and string.sub(holder, 1, #token) ~= token then
    if string.sub(holder, -1) ~= 'w' then redis.call('SET', lease, holder .. 'w', 'KEEPTTL') end
    answers[i + 2] = 'H' .. math.max(1, redis.call('PTTL', lease))
  else
    redis.call('SET', lease, holder or token, 'PX', ARGV[9])
    answers[i + 2] = 'G'
  end
end
return answers
