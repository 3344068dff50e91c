using Microsoft.EntityFrameworkCore;
using Storefront.Data;

namespace Storefront.Catalogue;

internal static class CatalogueQueries
{
    public const int PageSize = 20;

    public static IQueryable<Product> ToProducts(this IQueryable<ProductRow> rows) =>
        rows.AsNoTracking().Select(row => new Product(row.Id, row.Name, row.Price, row.CategoryId, row.Category!.Name));

    public static Task<Product?> FindProductAsync(this ShopContext shop, int id, CancellationToken cancellationToken) =>
        shop.Products.Where(row => row.Id == id).ToProducts().SingleOrDefaultAsync(cancellationToken);

    /// <summary>Answers null where there is no such category or page.</summary>
    public static async Task<ProductPage?> FindPageAsync(this ShopContext shop, int categoryId, int page, CancellationToken cancellationToken)
    {
        var category = await shop.Categories.AsNoTracking().SingleOrDefaultAsync(row => row.Id == categoryId, cancellationToken);
        if (category is null) return null;

        var rows = shop.Products.Where(row => row.CategoryId == categoryId);
        var pages = (await rows.CountAsync(cancellationToken) + PageSize - 1) / PageSize;
        if (page > pages) return null;

        var products = await rows.OrderBy(row => row.Id).Skip((page - 1) * PageSize).Take(PageSize).ToProducts().ToListAsync(cancellationToken);
        return new ProductPage(categoryId, category.Name, page, pages, products);
    }
}
