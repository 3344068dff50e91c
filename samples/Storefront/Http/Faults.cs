using Microsoft.AspNetCore.Http.HttpResults;

namespace Storefront.Http;

/// <summary>The faults of a request by field; each names the value that came and the limit it broke.</summary>
internal sealed class Faults
{
    private const int ShownLength = 40;

    private readonly Dictionary<string, string[]> _byField = [];

    public bool Any => _byField.Count > 0;

    /// <summary>A 400 for a single fault.</summary>
    public static IResult In(string field, object? value, string limit) => new Faults().Check(false, field, value, limit).ToResult();

    /// <summary>Notes the fault where the field isn't valid; the first of a field counts.</summary>
    public Faults Check(bool valid, string field, object? value, string limit)
    {
        if (!valid) _byField.TryAdd(field, [$"{field} is {Show(value)}: it {limit}."]);
        return this;
    }

    public ValidationProblem ToResult() => TypedResults.ValidationProblem(_byField);

    private static string Show(object? value) => value switch
    {
        null => "missing",
        string { Length: > ShownLength } text => $"\"{text[..ShownLength]}…\" ({text.Length} characters)",
        string text => $"\"{text}\"",
        _ => FormattableString.Invariant($"{value}"),
    };
}
