-- What scripts end with that number what they did: the next number, told to the log and the followers; answers the head.
-- From the script: kind, names (both the message's), field (of a mark, which has the same number; nil), rest (behind the head).
seqText = text(seq + 1)
if field then redis.call('HSET', M, 'seq', seqText, field, seqText) else redis.call('HSET', M, 'seq', seqText) end
local position = incText .. ' ' .. baseText .. ' ' .. seqText .. ' '
publish(seqText, kind .. ' ' .. position .. '0 ' .. sourceText .. '\n' .. names)
return position .. floorText .. ' ' .. sourceText .. rest
