using DistributedCache;
using Microsoft.EntityFrameworkCore;
using Storefront.Data;
using Storefront.Http;

namespace Storefront.Profiles;

/// <summary>The users' own pages. What keeps them apart is the key: it names the user.</summary>
internal sealed class UserProfiles(ITieredCache cache)
{
    public ValueTask<CacheLookup<UserProfile?>> FindAsync(int user, CancellationToken cancellationToken) =>
        cache.GetOrCreateEntryAsync(
            $"user:{user}:profile",
            user,
            static async (user, load, ct) =>
                await load.Services.GetRequiredService<ShopContext>().Users
                    .Where(row => row.Id == user)
                    .Select(row => new UserProfile(row.Id, row.Name, row.Email, row.Address))
                    .SingleOrDefaultAsync(ct))
            .WaitAsync(cancellationToken);
}
