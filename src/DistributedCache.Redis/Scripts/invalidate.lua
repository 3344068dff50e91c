#!lua flags=allow-oom
-- Removes or expires keys under one number: their entries of every version in use, and their leases.
-- KEYS  3... for each key and version the entry, then the lease
-- ARGV  7 the versions the keys were made for, 8 'R' remove, 'E' expire, or 'S' where primary values, which are no keys here, were stored before,
--       9 the keys' names for the message
if versions ~= ARGV[7] then return 'V ' .. versions end
if ARGV[8] == 'R' then
  -- At most so many at once: each is a slot of the interpreter's stack.
  for from = 3, #KEYS, 4000 do redis.call('UNLINK', unpack(KEYS, from, math.min(from + 3999, #KEYS))) end
else
  for i = 3, #KEYS, 2 do
    -- The flags stand behind the format's byte; 2 is stale on request.
    local isString, header = pcall(redis.call, 'GETRANGE', KEYS[i], 0, 1)
    if isString and string.byte(header, 1) == 1 and #header == 2 then
      redis.call('SETRANGE', KEYS[i], 1, string.char(bit.bor(string.byte(header, 2), 2)))
    end
    redis.call('UNLINK', KEYS[i + 1])
  end
end
local kind, names, field, rest = ARGV[8], ARGV[9], nil, ''
