-- The head, as scripts answer it.
local function head() return incText .. ' ' .. baseText .. ' ' .. seqText .. ' ' .. floorText .. ' ' .. sourceText end
