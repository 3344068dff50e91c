-- Without a replication id the master is always the same, and a new one begins no era.
local redis = (function(redis)
  return { pcall = redis.pcall, call = function(command, ...)
    if command == 'INFO' then return '' end
    return redis.call(command, ...)
  end }
end)(redis)
