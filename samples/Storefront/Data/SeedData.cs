namespace Storefront.Data;

/// <summary>What a new store holds. The same in every store, so that a product's id says what it is.</summary>
internal static class SeedData
{
    public const int ProductCount = 10_000;
    public const int UserCount = 20;

    private static readonly string[] Rooms = ["Kitchen", "Garden", "Office", "Bedroom", "Workshop", "Nursery", "Bathroom", "Studio", "Hallway", "Balcony"];
    private static readonly string[] Kinds = ["Lamp", "Chair", "Clock", "Shelf", "Basket"];
    private static readonly string[] Looks = ["Oak", "Walnut", "Linen", "Brass", "Slate", "Cork", "Felt", "Copper", "Marble", "Willow"];
    private static readonly string[] Makers = ["Alma", "Birk", "Corvo", "Dune", "Ebba", "Fjord", "Gale", "Hove", "Iris", "Juno"];
    private static readonly string[] FirstNames = ["Ada", "Grace", "Alan", "Edsger", "Barbara"];
    private static readonly string[] LastNames = ["Archer", "Brook", "Carver", "Dale"];

    public static IEnumerable<CategoryRow> Categories =>
        from room in Rooms.Index()
        from kind in Kinds.Index()
        select new CategoryRow { Id = room.Index * Kinds.Length + kind.Index + 1, Name = $"{room.Item} {kind.Item}s" };

    public static IEnumerable<ProductRow> Products => Enumerable.Range(1, ProductCount).Select(Product);

    public static IEnumerable<UserRow> Users => Enumerable.Range(1, UserCount).Select(User);

    private static ProductRow Product(int id)
    {
        var category = (id - 1) % (Rooms.Length * Kinds.Length);
        var model = (id - 1) / (Rooms.Length * Kinds.Length);
        return new ProductRow
        {
            Id = id,
            Name = $"{Pick(Makers, model / 10)} {Pick(Looks, model)} {Pick(Rooms, category / Kinds.Length)} {Pick(Kinds, category)} No. {model + 1}",
            Price = 5 + id * 7919 % 49_500 / 100m,
            CategoryId = category + 1,
        };
    }

    private static UserRow User(int id)
    {
        var (first, last) = (Pick(FirstNames, id - 1), Pick(LastNames, (id - 1) / FirstNames.Length));
        return new UserRow
        {
            Id = id,
            Name = $"{first} {last}",
            Email = $"{first}.{last}@example.com".ToLowerInvariant(),
            Address = $"{id} Harbour Street, Port Example",
        };
    }

    private static string Pick(string[] words, int index) => words[index % words.Length];
}
