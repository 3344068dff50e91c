using System.Globalization;
using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Keys;

namespace DistributedCache.Redis.Protocol;

/// <summary>The field of a partition's hash that holds a mark's number; messages name marks the same way.</summary>
internal static class MarkField
{
    public static string Encode(Mark mark) => mark.Kind switch
    {
        MarkKind.Tag => FieldNames.Tag(mark.Tenant, mark.Name),
        MarkKind.Prefix => FieldNames.Prefix(mark.Tenant, mark.Name),
        MarkKind.TenantClear => FieldNames.TenantClear(mark.Tenant),
        _ => FieldNames.Clear,
    };

    /// <summary>False for what is no mark: the hash's other fields, and anything foreign.</summary>
    public static bool TryDecode(string field, out Mark mark)
    {
        mark = Mark.Clear;
        if (field == FieldNames.Clear) return true;
        if (field.Length < 2 || field[1] != ':') return false;
        var colon = field.IndexOf(':', 2);
        if (colon < 0 || !int.TryParse(field.AsSpan(2, colon - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            || !TrySplit(field.AsSpan(colon + 1), bytes, out var tenant, out var name)) return false;
        switch (field[0])
        {
            case '*':
                mark = Mark.ClearOf(tenant);
                return name.Length == 0 && tenant.Length > 0;
            case 't':
                mark = Mark.Tag(tenant, name);
                return name.Length > 0;
            case 'p':
                mark = Mark.Prefix(tenant, name);
                return name.Length > 0;
            default:
                return false;
        }
    }

    /// <summary>Splits <c>tenant:name</c> where the tenant has that many UTF-8 bytes.</summary>
    private static bool TrySplit(ReadOnlySpan<char> text, int bytes, out string tenant, out string name)
    {
        (tenant, name) = ("", "");
        var length = 0;
        while (bytes > 0)
        {
            if (length >= text.Length || Rune.DecodeFromUtf16(text[length..], out var rune, out var chars) != System.Buffers.OperationStatus.Done) return false;
            bytes -= rune.Utf8SequenceLength;
            length += chars;
        }

        if (bytes < 0) return false;
        tenant = text[..length].ToString();
        if (length == text.Length) return true;
        if (text[length] != ':') return false;
        name = text[(length + 1)..].ToString();
        return true;
    }
}
