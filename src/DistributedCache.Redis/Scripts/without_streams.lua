-- Without streams there is no log: what one reads there is nothing, so every gap counts as trimmed.
local redis = (function(redis)
  local function over(run)
    return function(command, ...)
      if command == 'XADD' then return false end
      if command == 'XRANGE' then return {} end
      return run(command, ...)
    end
  end
  return { pcall = over(redis.pcall), call = over(redis.call) }
end)(redis)
