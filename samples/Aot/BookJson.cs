using System.Text.Json.Serialization;

namespace Aot;

/// <summary>How the cached types are written as JSON, generated at compile time: a native program has no reflection to find out.</summary>
[JsonSerializable(typeof(Book))]
internal sealed partial class BookJson : JsonSerializerContext;
