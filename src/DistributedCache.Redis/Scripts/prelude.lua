-- What every script begins with: the partition as it is now, in a new incarnation or era where one is due. What is seldom due makes
-- nothing where it is not: to make a function, and to share a local with it, is a good part of what a short script costs.
--
-- KEYS  1 the partition's hash, 2 its log, then what the script itself names
-- ARGV  1 the highest incarnation the caller knows, 2 the highest number it has seen in it, 3 random bits (0..1023),
--       4 the channel, 5 how many entries the log keeps, 6 the lowest version of its source that a load may read, as far as the caller
--       knows, then the script's own
local M, LOG = KEYS[1], KEYS[2]

-- What is no hash at all has none of the fields, and is replaced.
local fields = redis.pcall('HMGET', M, 'inc', 'run', 'base', 'seq', 'floor', 'versions', 'source')
if fields.err then fields = {} end

-- Where the server names none, the one there is: no era ends. Looked for as it is written: a pattern costs more than the rest of the reading.
local info = redis.call('INFO', 'replication')
local _, before = string.find(info, 'master_replid:', 1, true)
local run = before and string.sub(info, before + 1, before + 40) or fields[2] or ''

-- As numbers, and as they are written: to write one is the dearer part.
local incText, baseText, seqText, floorText, versions, sourceText = fields[1], fields[3], fields[4], fields[5] or '0', fields[6] or '', fields[7] or '0'
local inc, base, seq, floor, source = tonumber(incText), tonumber(baseText), tonumber(seqText), tonumber(floorText), tonumber(sourceText)

-- Beyond 2^53 a number is no longer exact.
local most = 9007199254740992
local isSound = inc and base and seq and floor and inc >= 0 and inc <= most and base >= 0 and base <= most and seq >= 0 and seq <= most
  and floor >= 0 and floor <= most

-- It never falls: a server that forgot it is told by the next who knows.
local isSourceNew = not (source and source >= 0 and source <= most) or tonumber(ARGV[6]) > source
if isSourceNew then sourceText = ARGV[6] end

-- The highest number the caller has seen of this incarnation.
local known = tonumber(ARGV[1]) == inc and tonumber(ARGV[2]) or 0

-- Numbers beyond 1e14 print as 1e+14 unless told not to.
local function text(number) return string.format('%.0f', number) end

-- A moment no earlier incarnation or era can have used as its number; no order comes from the clock.
local function moment()
  local time = redis.call('TIME')
  return (time[1] * 1000 + math.floor(time[2] / 1000)) * 1024 + tonumber(ARGV[3])
end

-- A new incarnation, above every one that is known.
local function begin(run, source)
  local inc = text(math.max(moment(), tonumber(ARGV[1]) + 1))
  redis.call('DEL', M, LOG)
  redis.call('HSET', M, 'inc', inc, 'run', run, 'base', '0', 'seq', '0', 'source', source, 'eras', '0,0,' .. run)
  return inc
end

-- One numbered event: the same text to the log and to the followers.
local function publish(number, message)
  if type(redis.pcall('XADD', LOG, 'MAXLEN', '~', ARGV[5], number .. '-0', 'm', message)) == 'table' then
    -- What is there is not the partition's log, or goes on beyond the present: it begins anew, which followers take for a gap.
    redis.call('DEL', LOG)
    redis.call('XADD', LOG, number .. '-0', 'm', message)
  end
  redis.call('SPUBLISH', ARGV[4], message)
end

if not isSound then
  incText = begin(run, sourceText)
  inc, base, seq, floor, versions = tonumber(incText), 0, 0, 0, ''
  baseText, seqText, floorText = '0', '0', '0'
else
  if isSourceNew then redis.call('HSET', M, 'source', sourceText) end
  if fields[2] ~= run or known > seq then
    -- Another server than the one that gave out the numbers, or an older copy of it: some may be forgotten, so they are never used again.
    local from = seqText
    base = math.max(moment(), seq, known) + 1
    seq, baseText, seqText = base, text(base), text(base)
    local eras = (redis.call('HGET', M, 'eras') or '') .. ';' .. from .. ',' .. baseText .. ',' .. run
    local _, count = string.gsub(eras, ';', ';')
    if count >= 32 then eras = string.match(eras, ';(.*)') end
    redis.call('HSET', M, 'run', run, 'base', baseText, 'seq', seqText, 'eras', eras)
    publish(seqText, 'J ' .. incText .. ' ' .. baseText .. ' ' .. seqText .. ' ' .. from .. ' ' .. sourceText .. '\n')
  end
end
