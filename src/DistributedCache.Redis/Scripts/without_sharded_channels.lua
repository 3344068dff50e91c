-- Without channels of a shard, an ordinary one of the same name.
local redis = (function(redis)
  return { pcall = redis.pcall, call = function(command, ...) return redis.call(command == 'SPUBLISH' and 'PUBLISH' or command, ...) end }
end)(redis)
