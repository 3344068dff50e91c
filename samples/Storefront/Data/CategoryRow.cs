namespace Storefront.Data;

public sealed class CategoryRow
{
    public int Id { get; set; }

    public required string Name { get; set; }
}
