using Storefront.Http;

namespace Storefront.Search;

internal static class SearchEndpoints
{
    private const int MinLength = 2;
    private const int MaxLength = 64;

    public static void MapSearch(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/search", async (ProductSearch search, CancellationToken cancellationToken, string? q = null) =>
        {
            var query = q?.Trim().ToLowerInvariant() ?? "";
            var faults = new Faults()
                .Check(query.Length is >= MinLength and <= MaxLength, "q", q, $"must have {MinLength} to {MaxLength} characters")
                .Check(!query.Any(char.IsControl), "q", q, "must not have control characters");
            return faults.Any ? faults.ToResult() : (await search.FindAsync(query, cancellationToken)).ToResult();
        });
}
