#!lua flags=allow-oom
-- Prolongs a lease. KEYS 3 the lease. ARGV 6 the token, 7 ms.
local holder = redis.call('GET', KEYS[3])
if not holder or string.sub(holder, 1, #ARGV[6]) ~= ARGV[6] then return 0 end
return redis.call('PEXPIRE', KEYS[3], ARGV[7])
