namespace Storefront.Data;

public sealed class ProductRow
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public decimal Price { get; set; }

    public int CategoryId { get; set; }

    public CategoryRow? Category { get; set; }
}
