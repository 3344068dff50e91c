#!lua flags=allow-oom
-- Begins a new incarnation where the present one can't be trusted: something was lost that a caller knew. Once for all who find that out.
-- ARGV  7 the incarnation they found it out of
if tonumber(ARGV[7]) ~= inc then return 0 end
begin(run, sourceText)
return 1
