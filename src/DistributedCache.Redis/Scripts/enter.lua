-- A version in use: invalidations reach its entries from the present number on.
local function enter(version)
  if versions == version or string.find(',' .. versions .. ',', ',' .. version .. ',', 1, true) then return false end
  versions = versions == '' and version or versions .. ',' .. version
  redis.call('HSET', M, 'versions', versions, 'v:' .. version, redis.call('TIME')[1] .. ',' .. seqText)
  return true
end
