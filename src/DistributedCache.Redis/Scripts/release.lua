#!lua flags=allow-oom
-- Gives a lease back. KEYS 3 the lease. ARGV 7 the token, 8 the key's name for the wake.
local holder = redis.call('GET', KEYS[3])
if not holder or string.sub(holder, 1, #ARGV[7]) ~= ARGV[7] then return 0 end
redis.call('UNLINK', KEYS[3])
if string.sub(holder, -1) == 'w' then
  redis.call('SPUBLISH', ARGV[4], 'W ' .. incText .. ' ' .. baseText .. ' 0 0 0\n' .. #ARGV[8] .. ':' .. ARGV[8])
end
return 1
