-- Without streams there is no log: what one reads there is nothing, so every gap counts as trimmed.
local redis = (function(redis)
  return { call = function(command, ...)
    if command == 'XADD' then return false end
    if command == 'XRANGE' then return {} end
    return redis.call(command, ...)
  end }
end)(redis)
