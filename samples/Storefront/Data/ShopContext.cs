using Microsoft.EntityFrameworkCore;

namespace Storefront.Data;

public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<ProductRow> Products => Set<ProductRow>();

    public DbSet<CategoryRow> Categories => Set<CategoryRow>();

    public DbSet<UserRow> Users => Set<UserRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        // SQLite has no decimal: as text 9 would sort after 10. Whole cents are exact and sort as they should.
        modelBuilder.Entity<ProductRow>().Property(p => p.Price).HasConversion(price => (long)(price * 100), cents => cents / 100m);
        modelBuilder.Entity<ProductRow>().HasIndex(p => p.CategoryId);
    }
}
