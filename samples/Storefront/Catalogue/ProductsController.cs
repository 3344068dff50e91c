using Microsoft.AspNetCore.Mvc;
using Storefront.Http;

namespace Storefront.Catalogue;

[ApiController]
[Route("products")]
public sealed class ProductsController(ProductCatalogue catalogue) : ControllerBase
{
    [HttpGet("{id:int}")]
    public async Task<IResult> Get(int id, CancellationToken cancellationToken) =>
        (await catalogue.FindProductAsync(id, cancellationToken)).ToResult($"There is no product {id}.");
}
