namespace DistributedCache.EntityFrameworkCore.Commands;

/// <summary>A table a command writes to.</summary>
internal readonly record struct SqlTarget(string? Schema, string Table, bool IsDelete)
{
    /// <summary>Whether it is this table. A schema that one side leaves to the default fits any: one tag too many is better than one too few.</summary>
    public bool Is(string? schema, string table) =>
        table.Equals(Table, StringComparison.OrdinalIgnoreCase)
        && (schema is null || Schema is null || schema.Equals(Schema, StringComparison.OrdinalIgnoreCase));

    public override string ToString() => Schema is null ? Table : $"{Schema}.{Table}";
}
