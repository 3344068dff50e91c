#!lua
-- Stores entries their callers set, each unless its key was invalidated after what the caller had seen.
-- KEYS  3... for each entry: the entry, then the entries of the other versions in use and the leases of all
-- ARGV  7 the versions the keys were made for, 8 the version of the entries, 9 the field of the tenant's clear, 10 the keys' names for
--       the message, 11... for each entry: its time to live in ms, its envelope (empty where the value is in its node's memory alone)
-- Answers the head, then which entries were refused, counted from 0, with a comma between.
if versions ~= ARGV[7] then return 'V ' .. versions end
local caller, seen = tonumber(ARGV[1]), tonumber(ARGV[2])

local function each(list, visit)
  local at = 1
  while at <= #list do
    local colon = string.find(list, ':', at, true)
    local length = tonumber(string.sub(list, at, colon - 1))
    visit(string.sub(list, colon + 1, colon + length))
    at = colon + length + 1
  end
end

-- The keys named in the log since then, or nil where the log can't tell.
local function since()
  if caller ~= inc or seen > seq or seq - seen > 128 then return nil end
  local entries = redis.call('XRANGE', LOG, text(seen + 1) .. '-0', '+', 'COUNT', 129)
  if #entries ~= seq - seen then return nil end
  local named, isTold = {}, true
  for _, entry in ipairs(entries) do
    local message = entry[2][2]
    local kind = string.sub(message, 1, 1)
    if kind == 'J' then return nil end
    each(string.sub(message, string.find(message, '\n', 1, true) + 1), function(name)
      if kind ~= 'M' then named[name] = true
      elseif name == '*' or name == ARGV[9] then isTold = false end
    end)
  end
  return isTold and named or nil
end

local count = (#ARGV - 10) / 2
local keys = (#KEYS - 2) / count
local names, isRefused, refused = ARGV[10], {}, {}
if caller ~= inc or seen ~= seq then
  -- A log that can't be read tells nothing.
  local isRead, named = pcall(since)
  local accepted, i = {}, 0
  each(names, function(name)
    if isRead and named and not named[name] then
      accepted[#accepted + 1] = #name .. ':' .. name
    else
      isRefused[i] = true
      refused[#refused + 1] = tostring(i)
    end
    i = i + 1
  end)
  names = table.concat(accepted)
end

local rest = #refused > 0 and ' ' .. table.concat(refused, ',') or ''
if #refused == count then return head() .. rest end

-- Before the number is given: the entries' stamps are above their version's floor.
enter(ARGV[8])
local stamp = struct.pack('<i8i8', inc, seq + 1)
local outdated = {}
for i = 0, count - 1 do
  if not isRefused[i] then
    local key, lifetime, envelope = 3 + i * keys, ARGV[11 + i * 2], ARGV[12 + i * 2]
    for k = key + 1, key + keys - 1 do outdated[#outdated + 1] = KEYS[k] end
    if #envelope > 0 then
      -- Its stamp stands behind 16 bytes. Mostly its writer has foreseen the number: to write a long string anew is a good part of what storing it costs.
      if string.sub(envelope, 17, 32) ~= stamp then envelope = string.sub(envelope, 1, 16) .. stamp .. string.sub(envelope, 33) end
      redis.call('SET', KEYS[key], envelope, 'PX', lifetime)
    else
      outdated[#outdated + 1] = KEYS[key]
    end
  end
end
-- At most so many at once: each is a slot of the interpreter's stack.
for from = 1, #outdated, 4000 do redis.call('UNLINK', unpack(outdated, from, math.min(from + 3999, #outdated))) end
local kind, field = 'S', nil
