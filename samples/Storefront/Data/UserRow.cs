namespace Storefront.Data;

public sealed class UserRow
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public required string Email { get; set; }

    public required string Address { get; set; }
}
