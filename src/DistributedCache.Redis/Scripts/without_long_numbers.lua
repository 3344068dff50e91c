-- Where struct.pack cuts numbers to 32 bits, each is put together from two of these.
local struct = (function(struct)
  local function pack(number) return struct.pack('<I4I4', number % 4294967296, math.floor(number / 4294967296)) end
  return { unpack = struct.unpack, pack = function(_, first, second) return pack(first) .. pack(second) end }
end)(struct)
