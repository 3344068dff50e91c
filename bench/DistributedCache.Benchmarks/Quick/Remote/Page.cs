namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>What is cached remotely: a record of a few hundred bytes, as answers of a service are.</summary>
public sealed record Page(int Id, string Title, decimal Price, string[] Labels, string Text)
{
    public static Page Make(int id = 1) => new(id, $"Product number {id}", 19.99m, ["new", "outdoor", "green"], new string('x', 160));
}
