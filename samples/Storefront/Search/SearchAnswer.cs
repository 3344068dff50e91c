using Storefront.Catalogue;

namespace Storefront.Search;

public sealed record SearchAnswer(string Query, IReadOnlyList<Product> Products);
