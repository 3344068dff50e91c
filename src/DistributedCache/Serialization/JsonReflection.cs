using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace DistributedCache.Serialization;

/// <summary>
/// System.Text.Json's reflection, where the application has it: <c>PublishTrimmed</c> and <c>PublishAot</c> set its
/// switch to false, and the trimmer then removes every branch behind <see cref="IsEnabled"/>.
/// </summary>
internal static class JsonReflection
{
    [FeatureSwitchDefinition("System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault")]
    [FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))]
    [FeatureGuard(typeof(RequiresDynamicCodeAttribute))]
#pragma warning disable IL4000 // The analyzer knows no guard but the runtime's own; this is the very switch named above.
    public static bool IsEnabled => JsonSerializer.IsReflectionEnabledByDefault;
#pragma warning restore IL4000

    /// <summary>The options of a user who set none; null without reflection, where they would describe no type.</summary>
    public static JsonSerializerOptions? Default => IsEnabled ? JsonSerializerOptions.Default : null;

    /// <summary>
    /// Freezes options as their first use would, with the resolver that none means: options that may still change
    /// describe a type anew whenever they are asked. False where they describe no type at all.
    /// </summary>
    public static bool TryFreeze(JsonSerializerOptions options)
    {
        if (options.TypeInfoResolver is not null)
            options.MakeReadOnly();
        else if (IsEnabled)
            options.MakeReadOnly(populateMissingResolver: true);
        return options.IsReadOnly;
    }

    /// <summary>
    /// Options for types that keep their data in public fields, as value tuples do; the default options would write
    /// <c>{}</c> for them.
    /// </summary>
    public static JsonSerializerOptions? WithFields => IsEnabled ? FieldOptions.Instance : null;

    [RequiresUnreferencedCode("Describes types by reflection.")]
    [RequiresDynamicCode("Describes types by reflection.")]
    private static class FieldOptions
    {
        public static readonly JsonSerializerOptions Instance = Make();

        private static JsonSerializerOptions Make()
        {
            var options = new JsonSerializerOptions { IncludeFields = true };
            options.MakeReadOnly(populateMissingResolver: true);
            return options;
        }
    }
}
