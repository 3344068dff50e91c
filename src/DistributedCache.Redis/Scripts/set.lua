#!lua
-- Stores entries their callers set, each unless its key was invalidated after what the caller had seen.
-- KEYS  3... for each entry: the entry, then for each version in use its entry and lease
-- ARGV  6 the versions the keys were made for, 7 the version of the entries, 8 the field of the tenant's clear,
--       9... for each entry: its key's name for the message, its time to live in ms, its envelope (empty where
--       the value is in its node's memory alone)
if versions ~= ARGV[6] then return { 'V', versions } end
local known, seen = tonumber(ARGV[1]), tonumber(ARGV[2])

-- The keys named in the log since then, or nil where the log can't tell.
local function since()
  local named = {}
  if known ~= inc or seen > seq then return nil end
  if seen == seq then return named end
  if seq - seen > 128 then return nil end
  local entries = redis.call('XRANGE', LOG, text(seen + 1) .. '-0', '+', 'COUNT', 129)
  if #entries ~= seq - seen then return nil end
  for _, entry in ipairs(entries) do
    local message = entry[2][2]
    local line = string.find(message, '\n', 1, true)
    local kind, at = string.sub(message, 1, 1), line + 1
    if kind == 'J' then return nil end
    while at <= #message do
      local colon = string.find(message, ':', at, true)
      local length = tonumber(string.sub(message, at, colon - 1))
      local name = string.sub(message, colon + 1, colon + length)
      if kind ~= 'M' then named[name] = true
      elseif name == '*' or name == ARGV[8] then return nil end
      at = colon + length + 1
    end
  end
  return named
end

local named = since()
local count = (#ARGV - 8) / 3
local each = (#KEYS - 2) / count
local accepted, refused = {}, {}
for i = 0, count - 1 do
  if named and not named[ARGV[9 + i * 3]] then accepted[#accepted + 1] = i else refused[#refused + 1] = tostring(i) end
end

if #accepted > 0 then
  -- Before the number is given: the entries' stamps are above their version's floor.
  enter(ARGV[7])
  advance()
  local stamp = struct.pack('<i8i8', inc, seq)
  local names, outdated = {}, {}
  for _, i in ipairs(accepted) do
    local name, at = ARGV[9 + i * 3], 3 + i * each
    names[#names + 1] = #name .. ':' .. name
    for k = at + 1, at + each - 1 do
      if KEYS[k] ~= KEYS[at] then outdated[#outdated + 1] = KEYS[k] end
    end
    local envelope = ARGV[11 + i * 3]
    if #envelope > 0 then
      redis.call('SET', KEYS[at], string.sub(envelope, 1, 16) .. stamp .. string.sub(envelope, 33), 'PX', ARGV[10 + i * 3])
    else
      outdated[#outdated + 1] = KEYS[at]
    end
  end
  -- At most so many at once: each is a slot of the interpreter's stack.
  for from = 1, #outdated, 4000 do redis.call('UNLINK', unpack(outdated, from, math.min(from + 3999, #outdated))) end
  publish('S', 0, table.concat(names))
end
return { #accepted > 0 and 'OK' or 'NO', head(), table.concat(refused, ',') }
