using Microsoft.EntityFrameworkCore;

namespace DistributedCache.EntityFrameworkCore.Tests;

internal abstract class Item
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

internal sealed class Product : Item
{
    public int Price { get; set; }

    public int? CategoryId { get; set; }

    public Category? Category { get; set; }

    public Measures Measures { get; set; } = new();

    public List<Label> Labels { get; set; } = [];
}

internal sealed class Gift : Item
{
    public string Wrapping { get; set; } = "";
}

internal sealed class Measures
{
    public int Width { get; set; }
}

internal sealed class Category
{
    public int Id { get; set; }

    public string Name { get; set; } = "";
}

internal sealed class Label
{
    public int Id { get; set; }

    public string Text { get; set; } = "";

    public List<Product> Products { get; set; } = [];
}

internal sealed class AuditLine
{
    public int Id { get; set; }

    public string Text { get; set; } = "";
}

internal class StoreContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<Product> Products => Set<Product>();

    public DbSet<Gift> Gifts => Set<Gift>();

    public DbSet<Category> Categories => Set<Category>();

    public DbSet<Label> Labels => Set<Label>();

    public DbSet<AuditLine> Audit => Set<AuditLine>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Item>().ToTable("Items");
        modelBuilder.Entity<Product>().OwnsOne(static product => product.Measures);
        modelBuilder.Entity<Product>().HasOne(static product => product.Category).WithMany().OnDelete(DeleteBehavior.SetNull);
        modelBuilder.Entity<Category>().HasIndex(static category => category.Name).IsUnique();
    }
}
