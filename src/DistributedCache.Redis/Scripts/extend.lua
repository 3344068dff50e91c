#!lua flags=allow-oom
-- Prolongs a lease. KEYS 3 the lease. ARGV 7 the token, 8 ms.
local holder = redis.call('GET', KEYS[3])
if not holder or string.sub(holder, 1, #ARGV[7]) ~= ARGV[7] then return 0 end
return redis.call('PEXPIRE', KEYS[3], ARGV[8])
