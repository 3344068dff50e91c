-- What every script begins with: the partition as it is now, in a new incarnation or era where one is due.
--
-- KEYS  1 the partition's hash, 2 its log, then what the script itself names
-- ARGV  1 the highest incarnation the caller knows, 2 the highest number it has seen in it, 3 random bits (0..1023),
--       4 the channel, 5 how many entries the log keeps, then the script's own
local M, LOG = KEYS[1], KEYS[2]

-- Numbers beyond 1e14 print as 1e+14 unless told not to.
local function text(number) return string.format('%.0f', number) end

-- A moment no earlier incarnation or era can have used as its number; no order comes from the clock.
local function moment()
  local time = redis.call('TIME')
  return (time[1] * 1000 + math.floor(time[2] / 1000)) * 1024 + tonumber(ARGV[3])
end

local fields = redis.call('HMGET', M, 'inc', 'run', 'base', 'seq', 'eras', 'floor', 'versions')
-- Where the server names none, the one there is: no era ends.
local run = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or fields[2] or ''
local inc, base, seq, floor, eras = tonumber(fields[1]), tonumber(fields[3]), tonumber(fields[4]), tonumber(fields[6] or 0), fields[5]
local versions = fields[7] or ''

-- One numbered event: the same text to the log and to the followers.
local function publish(kind, from, names)
  local message = kind .. ' ' .. text(inc) .. ' ' .. text(base) .. ' ' .. text(seq) .. ' ' .. text(from) .. '\n' .. names
  redis.call('XADD', LOG, 'MAXLEN', '~', ARGV[5], text(seq) .. '-0', 'm', message)
  redis.call('SPUBLISH', ARGV[4], message)
end

local function head() return text(inc) .. ' ' .. text(base) .. ' ' .. text(seq) .. ' ' .. text(floor) end

local function begin(known)
  inc, base, seq, floor, eras, versions = math.max(moment(), known + 1), 0, 0, 0, '0,0,' .. run, ''
  redis.call('DEL', M, LOG)
  redis.call('HSET', M, 'inc', text(inc), 'run', run, 'base', '0', 'seq', '0', 'eras', eras)
end

if not (inc and seq and base) then
  begin(tonumber(ARGV[1]))
elseif fields[2] ~= run then
  -- Another server than the one that gave out the numbers: it may have forgotten some, so they are never used again.
  local from = seq
  base = moment()
  if tonumber(ARGV[1]) == inc then base = math.max(base, tonumber(ARGV[2])) end
  base = math.max(base, from) + 1
  seq = base
  eras = eras .. ';' .. text(from) .. ',' .. text(base) .. ',' .. run
  local _, count = string.gsub(eras, ';', ';')
  if count >= 32 then eras = string.match(eras, ';(.*)') end
  redis.call('HSET', M, 'run', run, 'base', text(base), 'seq', text(seq), 'eras', eras)
  publish('J', from, '')
end

-- The next number, for what the script is about to do.
local function advance()
  seq = seq + 1
  redis.call('HSET', M, 'seq', text(seq))
end

-- A version in use: invalidations reach its entries from the present number on.
local function enter(version)
  local listed = ',' .. versions .. ','
  if string.find(listed, ',' .. version .. ',', 1, true) then return false end
  versions = versions == '' and version or versions .. ',' .. version
  redis.call('HSET', M, 'versions', versions, 'v:' .. version, redis.call('TIME')[1] .. ',' .. text(seq))
  return true
end
