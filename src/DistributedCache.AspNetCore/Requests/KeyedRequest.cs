using DistributedCache.AspNetCore.Policies;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>A request, with what its key is made of.</summary>
/// <param name="Context">The request.</param>
/// <param name="Policy">Its endpoint's.</param>
/// <param name="User">What tells its user's responses from others'.</param>
/// <param name="Values">What code tells its responses apart by.</param>
/// <param name="IsForPart">Whether it is a part of a response that is kept under the key, and not a whole one.</param>
internal readonly record struct KeyedRequest(HttpContext Context, CacheResponsePolicy Policy, string[] User, IReadOnlyList<string?> Values, bool IsForPart = false);
