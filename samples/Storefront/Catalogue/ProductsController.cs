using DistributedCache.AspNetCore;
using Microsoft.AspNetCore.Mvc;
using Storefront.Http;

namespace Storefront.Catalogue;

[ApiController]
[Route("products")]
public sealed class ProductsController(ProductCatalogue catalogue) : ControllerBase
{
    [HttpGet("{id:int}")]
    [CacheResponse("catalog", Tags = [CatalogueKeys.AllProductsTag, "product:{id}"])]
    public async Task<IResult> Get(int id, CancellationToken cancellationToken)
    {
        var found = await catalogue.FindProductAsync(id, cancellationToken);
        if (found.Value is { } product) HttpContext.AddCacheTags(CatalogueKeys.CategoryTag(product.CategoryId));
        return found.ToResult($"There is no product {id}.");
    }
}
